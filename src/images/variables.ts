/** Build arguments and environment of a Dockerfile; undefined = it exists, but its value is not known. */
export type Variables = Map<string, string | undefined>;

const VARIABLE = /\\\$|\$\{([A-Za-z_]\w*)(?:(:?[-+?])([^{}]*))?\}|\$([A-Za-z_]\w*)/g;

/**
 * Replaces `$A`, `${A}`, `${A:-default}` and `${A:+other}` as the builder does. A variable without a value stays as it is written, and
 * makes the text not `known`.
 * Rule: https://docs.docker.com/reference/dockerfile/#environment-replacement
 */
export function expand(text: string, variables: ReadonlyMap<string, string | undefined>): { text: string; known: boolean } {
  let known = true;
  const expanded = text.replace(VARIABLE, (whole: string, braced?: string, operator?: string, word = '', bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return '$';
    const value = variables.get(name);
    if (operator?.endsWith('+')) {
      if (value !== undefined && value !== '') return word;
      if (!variables.has(name) || value === '') return '';
    } else if (value !== undefined && !(value === '' && operator?.startsWith(':'))) return value;
    else if (operator?.endsWith('-') && (!variables.has(name) || value !== undefined)) return word;
    known = false;
    return whole;
  });
  return { text: expanded, known };
}
