// Elements from names: h('div', {class: 'cell', onclick}, 'text', child).

/** Return a new element; `on…` are listeners, `null` and `false` leave an attribute or a child out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
    else if (key === 'value') element.value = value
    else element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

const ICONS = {
  back: '<path d="M15 4l-8 8 8 8"/>',
  close: '<path d="M5 5l14 14M19 5L5 19"/>',
  next: '<path d="M9 5l7 7-7 7"/>',
  check: '<path d="M4 12.5l5 5L20 6.5"/>',
  warn: '<path d="M12 5v9M12 18.2v.3"/>',
  info: '<path d="M12 11v7M12 6.2v.3"/>',
  chat: '<path d="M4 5h16v11H10l-4 4v-4H4z"/>',
  find: '<circle cx="12" cy="12" r="9"/><path d="M15.5 8.5l-2 5-5 2 2-5z"/>',
  me: '<circle cx="12" cy="8" r="4"/><path d="M4 20c1-5 15-5 16 0"/>',
  pay: '<rect x="3" y="6" width="18" height="13" rx="2"/><path d="M3 10h18"/>',
  bell: '<path d="M6 17V11a6 6 0 0112 0v6l1.5 2h-15zM10 21h4"/>',
  more: '<circle cx="5" cy="12" r="1.6"/><circle cx="12" cy="12" r="2.4"/><circle cx="19" cy="12" r="1.6"/>',
  ring: '<circle cx="12" cy="12" r="8"/><circle cx="12" cy="12" r="3"/>',
  home: '<path d="M4 11l8-7 8 7v9h-5v-6H9v6H4z"/>',
  star: '<path d="M12 3l2.6 5.8 6.4.7-4.8 4.3 1.4 6.2L12 16.8 6.4 20l1.4-6.2L3 9.5l6.4-.7z"/>',
}

/** Return an icon drawn with the current colour; it says nothing to a screen reader. */
export function icon(name, size = 24) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('width', size)
  svg.setAttribute('height', size)
  svg.setAttribute('class', `icon icon-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  svg.innerHTML = ICONS[name]
  return svg
}
