import { splitFile } from '../../src/compose/file-path';
import { evaluate, hasVariables } from '../../src/compose/interpolate';
import type { ComposeProject } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import type { Variable } from '../../src/compose/types';
import { credentialsOf } from '../../src/harden/credentials';
import type { Path } from '../../src/yaml/types';

type Node = Variable['node'];

/** A credential within the text of a variable: from `start` to `end` of `raw`. */
export interface Credential {
  start: number;
  end: number;
  /** As the container gets it. */
  value: string;
  kind: 'literal' | 'part' | 'default';
  /** What to call it; for a default the variable that has it. */
  name: string;
}

/** The text of a variable in which there are credentials, and all services that get it. */
export interface Place {
  variable: string;
  services: ComposeService[];
  path: Path;
  node: Node;
  item: boolean;
  own: boolean;
  /** What is written, without `NAME=`. */
  raw: string;
  credentials: Credential[];
}

/** Every text with a credential once, however many services share it. */
export function places(project: ComposeProject): Place[] {
  const found = new Map<Node, Place>();
  for (const service of project.services) {
    if (service.has('provider')) continue;
    for (const { name: variable, node, item, own } of service.variables) {
      const known = found.get(node);
      if (known) {
        known.services.push(service);
        continue;
      }
      const path = project.pathOf(node);
      const text = textOf(node);
      // What only counts here is not to be changed here.
      if (!path || text === undefined || !project.files[splitFile(path).file]!.editable) continue;
      const raw = item ? text.slice(variable.length + 1) : text;
      const credentials = credentialsIn(variable, raw);
      if (credentials.length > 0) found.set(node, { variable, services: [service], path, node, item, own, raw, credentials });
    }
  }
  return [...found.values()];
}

function textOf(node: Node): string | undefined {
  const scalar = node.kind === 'alias' ? node.target : node;
  return scalar.kind === 'scalar' ? scalar.text : undefined;
}

/** A default whose word holds no variable: `${NAME:-word}`, `${NAME-word}`. */
const DEFAULT = /^\$\{([A-Za-z_]\w*):?-([^${}]+)\}$/;

/** The credentials in a variable's value: all of it, a part such as the password of a URL, or the default of a variable. */
export function credentialsIn(variable: string, raw: string): Credential[] {
  return credentialsOf(variable, raw).flatMap(({ start, end }): Credential[] => {
    const around = defaultAround(raw, start, end);
    if (around) return [around];
    const written = raw.slice(start, end);
    if (hasVariables(written)) return [];
    const whole = start === 0 && end === raw.length;
    return [
      { start, end, value: evaluate(written).text, kind: whole ? 'literal' : 'part', name: whole ? variable : `${variable}_PASSWORD` },
    ];
  });
}

/** The variable that a credential is the default of. */
function defaultAround(raw: string, start: number, end: number): Credential | undefined {
  const open = raw.lastIndexOf('${', start);
  if (open === -1 || raw[end] !== '}') return undefined;
  const [, name, word] = DEFAULT.exec(raw.slice(open, end + 1)) ?? [];
  return name === undefined ? undefined : { start: open, end: end + 1, value: word!, kind: 'default', name };
}
