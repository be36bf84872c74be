"""Recording what WeChat Pay really answers, without keeping anything of the merchant in it."""
