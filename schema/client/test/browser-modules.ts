import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'

const sources = new URL('../src/', import.meta.url)
const packages = new URL('../../../node_modules/', import.meta.url)

const importMap = {
  imports: {
    graphql: '/graphql.js',
    'graphql-ws/client': '/packages/graphql-ws/dist/client.js',
  },
}

/** What is left of `graphql` when a bundler has shaken off what this package does not use. */
const usedOfGraphql = `
export { Kind } from '/packages/graphql/language/kinds.mjs'
export { print } from '/packages/graphql/language/printer.mjs'`

/** An empty page whose modules can import this package from `/client/`, from its sources, as a bundler would. */
export function browserModules(path: string): string {
  if (path === '/') return `<script type="importmap">${JSON.stringify(importMap)}</script>`
  if (path === '/graphql.js') return usedOfGraphql
  if (path.startsWith('/client/')) {
    return stripTypeScriptTypes(read(sources, path.slice('/client/'.length)))
  }
  return path.startsWith('/packages/') ? read(packages, path.slice('/packages/'.length)) : ''
}

function read(folder: URL, path: string): string {
  return readFileSync(new URL(path, folder), 'utf8')
}
