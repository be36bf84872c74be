// Runs a Mini Program from its source: reads it, compiles it, and hands it to WeChat's own component framework.

import * as glassEasel from 'glass-easel'
import { MiniProgramEnv } from '/phone/vendor/adapter.js'
import { PhoneBackend } from './backend.js'
import { defineBuiltins } from './builtins/index.js'
import { listen } from './events.js'
import { call, readiness } from './lifecycle.js'
import { Modules } from './modules.js'
import { watchScroll } from './page_scroll.js'
import { Pages } from './pages.js'
import { readOptional } from './source.js'
import { compileFiles, loadCompiler } from './templates.js'
import { declaredTags, findUnits } from './units.js'
import { virtualDate } from './virtual_date.js'
import { componentCss, inlined, pageCss } from './wxss.js'
import { makeWx } from './wx/index.js'

const host = window.parent.miniProgramHost
const [{ app, units }] = await Promise.all([findUnits(), loadCompiler()])
window.themes = app.themes
const runtime = { app, host, pages: null, appObject: null, report, networkListeners: new Set(), themeListeners: new Set() }
const wx = makeWx(runtime)

const env = new MiniProgramEnv()
const code = env.createCodeSpace('app', true)
const space = code.getComponentSpace()
space.updateComponentOptions({ writeIdToDOM: true })
const base = () => runtime.pages?.top?.route ?? ''
const builtins = defineBuiltins(space, { wx, host, base })
code.setOverallBehavior(readiness(space))

const backend = new PhoneBackend(new Set([...builtins, ...declaredTags(units), 'page']))
listen(backend)
const associated = env.associateBackend(backend)

await Promise.all([addStyles(), addTemplates()])
const Date = virtualDate(host)
const modules = new Modules((path) => globals(path))
await Promise.all(['app', ...units.map((unit) => unit.path)].map((path) => modules.prefetch(path)))

window.addEventListener('error', (event) => report(event.error ?? event.message))
window.addEventListener('unhandledrejection', (event) => {
  // a call of wx that failed unheard is only logged, as in WeChat
  if (event.reason instanceof Error) report(event.reason)
  else console.warn(event.reason)
})
glassEasel.globalOptions.throwGlobalError = false
glassEasel.addGlobalErrorListener((error) => { report(error); return false })
glassEasel.addGlobalWarningListener?.((warning) => { console.warn(warning?.message ?? warning); return false })

start()

function start() {
  modules.run('app')
  for (const unit of units.filter((each) => !each.isPage)) modules.run(unit.path)
  for (const unit of units.filter((each) => each.isPage)) modules.run(unit.path)
  runtime.pages = new Pages({ app, units, open: openPage, bars: host })
  const launch = { path: app.pages[0], query: {}, scene: 1001, referrerInfo: {}, ...host.launch() }
  runtime.launch = launch
  call(runtime.appObject, 'onLaunch', launch)
  call(runtime.appObject, 'onShow', launch)
  const query = Object.entries(launch.query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  runtime.pages.start(`/${launch.path}?${query}`)
  host.attach({
    app,
    back: () => runtime.pages.navigateBack(),
    tab: (index) => call(runtime.pages, 'switchTab', `/${runtime.pages.tabs[index]}`),
    home: () => wx.reLaunch({ url: `/${app.pages[0]}` }),
    shown: (options) => {
      call(runtime.appObject, 'onShow', { ...runtime.launch, ...options })
      runtime.pages.appShown(true)
    },
    hidden: () => {
      runtime.pages.appShown(false)
      call(runtime.appObject, 'onHide')
    },
    sharing: (from, target) => call(runtime.pages.top.page, 'onShareAppMessage', { from, target }),
    networkChanged: (state) => runtime.networkListeners.forEach((tell) => tell(state)),
    themeChanged: (theme) => runtime.themeListeners.forEach((tell) => tell({ theme })),
  })
}

function openPage(route, query) {
  const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const root = associated.createRoot('page', code, `/${route}${search ? `?${search}` : ''}`)
  const component = root.getComponent()
  const element = component.$$
  element.dataset.route = route
  const place = document.body.appendChild(document.createElement('div'))
  root.attach(document.body, place)
  const page = root.get()
  watchScroll(element, page, { ...app.window, ...units.find((unit) => unit.path === route).config })
  const release = () => {
    root.release()
    element.remove()
    page.setData = () => {} // a page that is gone takes no more data, and WeChat says nothing about it
  }
  return { route, page, host: element, component, release }
}

function globals(path) {
  const scope = code.componentEnv(path, (given) => given)
  const behavior = (definition) => scope.Behavior(withForms(definition))
  return {
    wx,
    Date,
    App: (definition) => { runtime.appObject = Object.assign(Object.create(null), definition) },
    Page: scope.Page,
    Component: (definition) => scope.Component(withForms(definition)),
    Behavior: Object.assign(behavior, { trait: scope.Behavior.trait }),
    getApp: () => runtime.appObject,
    getCurrentPages: () => runtime.pages?.current ?? [],
    __wxConfig: app,
  }
}

/** Names of WeChat's own behaviors stand for objects. */
function withForms(definition) {
  const field = () => code.behavior().definition({ properties: { name: String, value: null } }).register()
  const behaviors = definition?.behaviors?.map((each) => (typeof each === 'string' && each.startsWith('wx://form-field') ? field() : each))
  return behaviors ? { ...definition, behaviors } : definition
}

async function addStyles() {
  const sheets = await Promise.all([
    inlined('app.wxss', readOptional).then((text) => pageCss(text)),
    ...units.map(async (unit, number) => {
      const text = await inlined(`${unit.path}.wxss`, readOptional)
      if (unit.isPage) return pageCss(text, unit.path)
      const prefix = `c${number}`
      code.addStyleSheet(unit.path, undefined, prefix)
      return componentCss(text, unit.path, prefix)
    }),
  ])
  for (const sheet of sheets) document.head.appendChild(document.createElement('style')).textContent = sheet
}

async function addTemplates() {
  const template = await compileFiles(units.map((unit) => unit.path))
  for (const unit of units) {
    code.addComponentStaticConfig(unit.path, unit.config)
    code.addCompiledTemplate(unit.path, template(unit.path))
  }
}

function report(error) {
  console.error(error)
  call(runtime.appObject, 'onError', String(error?.stack ?? error))
  host.reportError(String(error?.message ?? error))
}
