import type {
  EntitySchemaColumnOptions,
  EntitySchemaOptions,
  EntitySchemaRelationOptions,
} from 'typeorm'

type ColumnNames<Row> = {
  [Name in keyof Row]-?: Partial<Pick<Row, Name>> extends Pick<Row, Name> ? never : Name
}[keyof Row]

type RelationNames<Row> = Exclude<keyof Row, ColumnNames<Row>>

// A column typed `unknown` (raw JSON) may be either; every other type decides `nullable` by itself.
type ColumnShape<Value> = unknown extends Value
  ? EntitySchemaColumnOptions
  : null extends Value
    ? EntitySchemaColumnOptions & { readonly nullable: true }
    : EntitySchemaColumnOptions & { readonly nullable?: false }

type RelationShape<Row> = [RelationNames<Row>] extends [never]
  ? { relations?: never }
  : { relations: { [Name in RelationNames<Row>]: EntitySchemaRelationOptions } }

/**
 * What the options of an `EntitySchema<Row>` must look like for the mapping to agree with the row type: required
 * properties are columns, optional properties are relations, `| null` means `nullable: true`. A missing or surplus
 * column and a disagreeing `nullable` are compile errors.
 *
 * @example new EntitySchema<ReviewRow>({ name: 'Review', columns: { … } } satisfies EntityShape<ReviewRow>)
 */
export type EntityShape<Row> = Omit<EntitySchemaOptions<Row>, 'columns' | 'relations'> & {
  columns: { [Name in ColumnNames<Row>]: ColumnShape<Row[Name]> }
} & RelationShape<Row>
