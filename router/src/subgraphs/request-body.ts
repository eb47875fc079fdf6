import { valueText } from '../execution/json-text.ts'
import type { SubgraphOperation, SubgraphRequest } from './subgraph-client.ts'

/** What stands before the values of an operation's variables; the same for every request with the operation. */
const beginnings = new WeakMap<SubgraphOperation, string>()

/** The JSON body of a GraphQL request (GraphQL over HTTP, section 5.3). */
export function requestBody({ operation, variables, representations }: SubgraphRequest): string {
  let body = beginningOf(operation)
  let separator = ''
  for (const name of Object.keys(variables)) {
    body += `${separator}"${name}":${valueText(variables[name]) ?? 'null'}`
    separator = ','
  }
  for (const [name, texts] of representations) {
    body += `${separator}"${name}":[${texts.join()}]`
    separator = ','
  }
  return `${body}}}`
}

function beginningOf(operation: SubgraphOperation): string {
  const known = beginnings.get(operation)
  if (known !== undefined) return known
  const { text, name } = operation
  const operationName = name === undefined ? '' : `"operationName":${JSON.stringify(name)},`
  const beginning = `{"query":${JSON.stringify(text)},${operationName}"variables":{`
  beginnings.set(operation, beginning)
  return beginning
}
