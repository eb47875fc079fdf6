/** Whether an address is one of a public route: the same, or another last segment where the route has `*`. */
export function matchesPath(routePath: string, path: string): boolean {
  return routePath.endsWith('/*') ? anySibling(path) === routePath : routePath === path
}

/** The path of a route that has every address which differs from this one in its last segment only. */
export function anySibling(path: string): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/*`
}
