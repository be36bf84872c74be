// WXML and WXS through the framework's own compiler; what it calls an error stops the Mini Program.

import * as compiler from '/phone/vendor/compiler.js'
import { read } from './source.js'

/** Load the compiler; must be awaited once before anything else here. */
export async function loadCompiler() {
  const imports = { './glass_easel_template_compiler_bg.js': compiler }
  const streamed = await WebAssembly.instantiateStreaming(fetch('/phone/vendor/compiler.wasm'), imports)
  compiler.__wbg_set_wasm(streamed.instance.exports)
}

/** Compile templates that are given as text, by path. */
export function compileTexts(texts) {
  const group = new compiler.TmplGroup()
  for (const [path, text] of Object.entries(texts)) add(group, path, text)
  return finished(group)
}

/** Compile the templates of the Mini Program at these paths, with all they import, include and require. */
export async function compileFiles(paths) {
  const group = new compiler.TmplGroup()
  const seen = new Set()
  const scripts = new Set()
  const take = async (path) => {
    if (seen.has(path)) return
    seen.add(path)
    add(group, path, await read(`${path}.wxml`))
    for (const script of group.getScriptDependencies(path)) scripts.add(script)
    await Promise.all(group.getDirectDependencies(path).map(take))
  }
  await Promise.all(paths.map(take))
  await Promise.all([...scripts].map(async (path) => group.addScript(path, await read(`${path}.wxs`))))
  return finished(group)
}

function add(group, path, text) {
  const problems = group.addTmpl(path, text)
  const errors = problems.filter((problem) => problem.isError)
  for (const problem of problems) console.warn(sentence(problem))
  if (errors.length) throw new Error(errors.map(sentence).join('\n'))
}

const sentence = (problem) =>
  `${problem.path}.wxml:${problem.startLine + 1}:${problem.startColumn + 1} ${problem.message}`

/** What WXS has in place of `new Date` and of regular expressions. */
const WXS = {
  getDate: (...values) => new Date(...values),
  getRegExp: (...values) => new RegExp(...values),
}

/** Return a function from path to compiled template. */
function finished(group) {
  const made = new Function(...Object.keys(WXS), `return ${group.getTmplGenObjectGroups()}`)
  const groupList = made(...Object.values(WXS))
  group.free()
  return (path) => ({ groupList, content: groupList[path] })
}
