/**
 * A table that is asked for keys of other people's: it has those it was given and no others, so that a service's key `constructor` or `__proto__`
 * finds nothing in it. A plain object has these, and answers with a function.
 */
export function table<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.freeze(Object.assign(Object.create(null) as Record<string, T>, entries));
}
