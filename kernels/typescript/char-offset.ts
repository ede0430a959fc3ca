/** Jupyter counts positions in Unicode characters, JavaScript in UTF-16 units. */

export function utf16Offset(text: string, charIndex: number): number {
  let offset = 0;
  for (let index = 0; index < charIndex && offset < text.length; index += 1) offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}

export function charOffset(text: string, utf16Index: number): number {
  return [...text.slice(0, utf16Index)].length;
}
