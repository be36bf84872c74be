// The Mini Program's files, read as they are.

const BASE = '/phone/miniprogram/'

/** Return the address at which a file of the Mini Program (a picture, say) is found. */
export const addressOf = (path) => BASE + path

async function fetched(path) {
  const answer = await fetch(addressOf(path))
  if (answer.status === 404) return null
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return answer.text()
}

/** Return the text of a file; an Error names it when there is none. */
export async function read(path) {
  const text = await fetched(path)
  if (text === null) throw new Error(`小程序里没有文件 ${path}`)
  return text
}

/** Return the text of a file, or '' when there is none: WXSS and JSON may be left out. */
export const readOptional = async (path) => (await fetched(path)) ?? ''

/** Return a parsed JSON file, `{}` when there is none. */
export async function readJson(path) {
  const text = await readOptional(path)
  try {
    return text ? JSON.parse(text) : {}
  } catch (error) {
    throw new Error(`${path}: ${error.message}`)
  }
}
