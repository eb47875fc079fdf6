import { describe, expect, it } from '@jest/globals'
import { relMeAddresses } from './rel-me.ts'

const page = 'https://ada.example/about'
const ada = 'https://gravity.example/@ada'

describe('relMeAddresses', () => {
  it.each([
    `<a rel="me" href="${ada}">me</a>`,
    `<LINK href='${ada}' REL='author ME'>`,
    `<a class=x rel=me href=${ada}>`,
    `<p title="a > b"><a title=">" href="${ada}" rel="noopener me">`,
    `<a\n  href = "${ada}"\n  rel = "me" />`,
  ])('finds %s', (html) => {
    expect(relMeAddresses(html, page)).toEqual([ada])
  })

  it.each([
    `<!-- <a rel="me" href="${ada}"> -->`,
    `<a rel="meh" href="${ada}">`,
    `<a href="${ada}">rel="me"</a>`,
    `<abbr rel="me" href="${ada}">`,
    `<a rel="me">`,
    `<a rel="me" href="http://[">`,
    `<a rel="me" href="${ada}"`,
    `<!-- never closed <a rel="me" href="${ada}">`,
  ])('finds nothing in %s', (html) => {
    expect(relMeAddresses(html, page)).toEqual([])
  })

  it('takes addresses as the page does', () => {
    expect(relMeAddresses('<a rel="me" href="/@ada?a=1&amp;b=2">', page)).toEqual([
      'https://ada.example/@ada?a=1&b=2',
    ])
  })

  it('bears a page that is made to take long', () => {
    const hostile = '<a "'.repeat(100_000)

    expect(relMeAddresses(`${hostile}">`, page)).toEqual([])
  })
})
