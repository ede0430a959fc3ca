import { LittoralError } from '../../engine/error';

const SECRET_PARAMETER = /^(pass(word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?(key|token)|auth(orization)?|credentials?|sig(nature)?)$/i;

/**
 * Looks at an address that came by the command line. A secret in its query is refused with `SECRET_IN_URL`: it would be
 * sent along and logged by others. A password before the host works, but the process list shows it: then the advice is
 * returned, else null.
 */
export function adviceOnUrl(option: string, text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null; // whoever uses the address says what is wrong with it
  }
  for (const name of url.searchParams.keys()) {
    if (!SECRET_PARAMETER.test(name)) continue;
    throw new LittoralError('SECRET_IN_URL', `${option}: the address carries "${name}" in its query; expected no secret there. Give it by reference: --secret NAME=env:VARIABLE, =file:PATH or =credential:ID.`);
  }
  if (url.password === '') return null;
  return `${option}: the address carries a password, which the process list shows. Better give it by reference, e.g. --secret broker=file:PATH with user:password in the file.`;
}

/** `text` without what stands between "//" and "@", for messages. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^@/\s]*@/g, '//');
}
