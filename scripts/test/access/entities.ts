import { eventually } from '@gravity/shared/testing/eventually'
import type { Personas, Somebody } from './personas.ts'

/** How somebody reaches an entity, and which one is theirs. */
export interface EntityDoor {
  /** The root field with the argument `id` that gives it. */
  readonly root: string
  /** Makes one that is somebody's, and nobody else's; returns its id. */
  make(personas: Personas, owner: Somebody): Promise<string>
}

/** By type. An entity that is not here fails the test: say how to get one. */
export const entityDoors: Readonly<Record<string, EntityDoor>> = {
  User: { root: 'user', make: shutUp },
  Room: { root: 'room', make: makeRoom },
  Message: {
    root: 'message',
    async make(personas, owner) {
      const roomId = await makeRoom(personas, owner)
      const input = { roomId, clientMessageId: 'access', body: 'For the members' }
      const { data } = await personas.ask<{ sendMessage: { id: string } }>(
        owner,
        'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { ... on Message { id } } }',
        { input },
      )
      return data.sendMessage.id
    },
  },
}

const privacyInput = '{ __type(name: "UpdatePrivacyInput") { inputFields { name type { name } } } }'

interface PrivacyInput {
  readonly __type: {
    readonly inputFields: readonly { readonly name: string; readonly type: { name: string } }[]
  }
}

/** A person shows nobody what they need not show. */
async function shutUp(personas: Personas, owner: Somebody): Promise<string> {
  const { data } = await personas.ask<PrivacyInput>(owner, privacyInput)
  const settings = data.__type.inputFields.filter(({ type }) => type.name === 'Audience')
  const input = settings.map(({ name }) => `${name}: NOBODY`).join(', ')
  // Their profile may not be there yet.
  await eventually(async () => {
    const { errors } = await personas.ask(
      owner,
      `mutation { updatePrivacy(input: { ${input} }) { __typename } }`,
    )
    if (errors) throw new Error(errors[0]?.message)
  })
  return owner.id
}

async function makeRoom(personas: Personas, owner: Somebody): Promise<string> {
  const { data } = await personas.ask<{ createRoom: { id: string } }>(
    owner,
    'mutation { createRoom(input: { name: "Private" }) { ... on Room { id } } }',
  )
  return data.createRoom.id
}
