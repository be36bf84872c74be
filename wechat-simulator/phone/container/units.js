// What there is to load: everything is found from app.json.

import { resolve } from './paths.js'
import { readJson } from './source.js'

/**
 * A page or a component: its path without suffix and its JSON.
 * @typedef {{path: string, config: any, isPage: boolean}} Unit
 */

/** Return app.json and all pages and components it leads to. */
export async function findUnits() {
  const app = await readJson('app.json')
  if (!Array.isArray(app.pages)) throw new Error('app.json 里没有 pages')
  const units = new Map()
  const global = Object.entries(app.usingComponents ?? {})
  const add = async (path, isPage) => {
    if (units.has(path)) return
    const unit = { path, config: {}, isPage }
    units.set(path, unit)
    unit.config = await readJson(`${path}.json`)
    const own = Object.entries(unit.config.usingComponents ?? {})
    unit.config.usingComponents = Object.fromEntries([
      ...global.map(([tag, target]) => [tag, `/${resolve(target, 'app')}`]),
      ...own.map(([tag, target]) => [tag, `/${resolve(target, path)}`]),
    ])
    await Promise.all(targets(unit).map((target) => add(target, false)))
  }
  await Promise.all(app.pages.map((path) => add(path, true)))
  app.themes = app.themeLocation ? await readJson(app.themeLocation) : {}
  return { app, units: [...units.values()] }
}

const targets = (unit) => Object.values(unit.config.usingComponents).map((path) => path.slice(1))

/** Return every tag that some page or component declares. */
export const declaredTags = (units) =>
  new Set(units.flatMap((unit) => Object.keys(unit.config.usingComponents)))
