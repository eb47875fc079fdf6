/** What the graph calls a value that is stored in lower case. */
export function shown<Value extends string>(value: Value): Uppercase<Value> {
  // The type says what `toUpperCase` does with ASCII letters.
  return value.toUpperCase() as Uppercase<Value>
}

/** How a value of the graph is stored. */
export function stored<Name extends string>(name: Name): Lowercase<Name> {
  // As above.
  return name.toLowerCase() as Lowercase<Name>
}

/** The same where there may be no value. */
export function maybeStored<Name extends string>(name: Name | null | undefined) {
  return name == null ? undefined : stored(name)
}
