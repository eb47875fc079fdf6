const emoji = /^\p{RGI_Emoji}$/v

/**
 * One emoji of Unicode's recommended set, in the form in which it is stored; undefined for everything else. Some keyboards
 * leave out the sign that asks for the coloured form, which would make two reactions out of one.
 */
export function parseEmoji(text: string): string | undefined {
  return [text, `${text}\uFE0F`].find((form) => emoji.test(form))
}
