// Calls of WeChat that miniprogram-api-typings does not know.

declare namespace WechatMiniprogram {
  interface Wx {
    /** Opens a page of WeChat Pay Score. */
    openBusinessView(options: {
      businessType: string
      extraData: Record<string, unknown>
      success?: (result: { errMsg: string; extraData?: Record<string, unknown> }) => void
      fail?: (result: { errMsg: string }) => void
    }): void
  }
}
