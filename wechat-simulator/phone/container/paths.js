// Paths inside a Mini Program: absolute ones begin at its root, others at the file that names them.

/** Return `path` as seen from the file `from`, without a leading slash and without `.` and `..`. */
export function resolve(path, from = '') {
  const base = path.startsWith('/') ? [] : from.split('/').slice(0, -1)
  const parts = []
  for (const part of [...base, ...path.split('/')]) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}

/** Split a page's address into its route and its query, as onLoad receives it. */
export function splitUrl(url, from = '') {
  const [path, search = ''] = url.split('?')
  const query = {}
  for (const pair of search.split('&').filter(Boolean)) {
    const [name, value = ''] = pair.split('=')
    query[decodeURIComponent(name)] = decodeURIComponent(value)
  }
  return { route: resolve(path, from), query }
}
