import type { Data } from '../yaml/types';
import type { Instruction, Stage } from './dockerfile-parse';
import { expand, type Variables } from './variables';

/** The stage of this name, or number, among those before `before`; a name may be given again. */
export function stageIndex(stages: readonly Stage[], name: string, before: number): number | undefined {
  const byName = stages.findLastIndex((stage, index) => index < before && stage.name === name.toLowerCase());
  if (byName >= 0) return byName;
  return /^\d+$/.test(name) && Number(name) < before ? Number(name) : undefined;
}

/** `ARG A B=1`: what the build gives, else the default; an ARG without either keeps what is there (a global one). */
export function declare(
  { text }: Instruction,
  variables: Variables,
  given: ReadonlyMap<string, string | undefined>,
  global?: Variables,
): void {
  for (const { name, value } of assignments(text, true)) {
    if (given.has(name)) variables.set(name, given.get(name));
    else if (value !== undefined) variables.set(name, expand(value, variables).text);
    else variables.set(name, global?.get(name));
  }
}

/** `A=1 B="x y"`, and the old `ENV A 1`. */
export function assignments(text: string, bare: boolean): { name: string; value?: string }[] {
  if (!bare && !/^[\w.-]+=/.test(text)) {
    const [name = '', ...rest] = text.split(/\s+/);
    return [{ name, value: rest.join(' ') }];
  }
  const found = text.matchAll(/([\w.-]+)(?:=("(?:\\.|[^"\\])*"|'[^']*'|(?:\\.|[^\s\\])*))?/gs);
  return [...found].map(([, name = '', value]) => ({ name, value: value?.replace(/^(["'])(.*)\1$/s, '$2').replace(/\\(.)/gs, '$1') }));
}

/** HEALTHCHECK in the form of Compose's `healthcheck:`. */
export function healthcheckOf(text: string): Data {
  const [kind = '', ...rest] = text.split(/\s+/);
  if (kind.toUpperCase() === 'NONE') return { disable: true };
  const command = rest.join(' ');
  try {
    const items: unknown = JSON.parse(command);
    if (Array.isArray(items)) return { test: ['CMD', ...items.map(String)] };
  } catch {
    // The shell form.
  }
  return { test: ['CMD-SHELL', command] };
}
