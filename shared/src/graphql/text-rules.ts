import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
  isScalarType,
} from 'graphql'
import { GravityError } from '../errors/gravity-error.ts'
import { guardField } from '../server/guard-field.ts'
import { textFault } from './text.ts'

const scalarsWithoutText = new Set(['Int', 'Float', 'Boolean'])

function canHoldText(inputType: GraphQLInputType, seen: ReadonlySet<string> = new Set()): boolean {
  const type = getNamedType(inputType)
  if (isScalarType(type)) return !scalarsWithoutText.has(type.name)
  if (!isInputObjectType(type) || seen.has(type.name)) return false
  const deeper = new Set(seen).add(type.name)
  return Object.values(type.getFields()).some((field) => canHoldText(field.type, deeper))
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function refuse(path: string, fault: string): never {
  throw new GravityError('BAD_USER_INPUT', `The argument \`${path}\` ${fault}`, {
    extensions: { argument: path },
  })
}

function assertText(value: unknown, path: string): void {
  if (typeof value === 'string') {
    const fault = textFault(value)
    if (fault) refuse(path, fault)
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertText(item, `${path}[${index}]`)
  } else if (typeof value === 'object' && value !== null && isPlainObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      // The names in a JSON value are a client's text too; naming a faulty one would repeat it.
      const fault = textFault(name)
      if (fault) refuse(path, `has a name that ${fault}`)
      assertText(item, `${path}.${name}`)
    }
  }
}

/**
 * Refuses, in place and before any resolver runs, every argument that holds a text with a null character or an
 * unpaired surrogate, wherever it is nested and whether it came as a literal or as a variable: GravityError
 * BAD_USER_INPUT whose message and `extensions.argument` name the path, such as `input.tags[2]`. Neither can be stored
 * by PostgreSQL, so it would otherwise surface as a fault of the database.
 */
export function enforceTextRules(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const textual = field.args.filter((argument) => canHoldText(argument.type))
      if (textual.length === 0) continue
      guardField(field, (args) => {
        for (const { name } of textual) assertText(args[name], name)
      })
    }
  }
}
