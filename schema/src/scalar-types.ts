/**
 * What a custom scalar is in a resolver: the value that `graphql-scalars` parses it to and serialises it from.
 * A scalar that is missing here fails the generation, so none silently becomes `any`.
 */
export const resolverScalars: Readonly<Record<string, { input: string; output: string }>> = {
  DateTime: { input: 'Date', output: 'Date' },
}

/** What a custom scalar is for a client: its JSON form. */
export const clientScalars: Readonly<Record<string, string>> = {
  DateTime: 'string',
}
