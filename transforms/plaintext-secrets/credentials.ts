import { splitFile } from '../../src/compose/file-path';
import { evaluate, hasVariables } from '../../src/compose/interpolate';
import type { ComposeProject } from '../../src/compose/project';
import type { ComposeService } from '../../src/compose/service';
import type { Variable } from '../../src/compose/types';
import { isCredentialName, isPublicValue, URL_PASSWORD } from '../../src/harden/credentials';
import type { Path } from '../../src/yaml/types';

type Node = Variable['node'];

/** A credential within the text of a variable: from `start` to `end` of `raw`. */
export interface Credential {
  start: number;
  end: number;
  /** As the container gets it. */
  value: string;
  kind: 'literal' | 'url' | 'default';
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

/** The credentials in a variable's value: all of it, the passwords of URLs in it, or the default of a variable. */
export function credentialsIn(variable: string, raw: string): Credential[] {
  if (isCredentialName(variable)) {
    if (!hasVariables(raw)) {
      const { text, known } = evaluate(raw);
      if (known && !isPublicValue(text) && !/:\/\//.test(text))
        return [{ start: 0, end: raw.length, value: text, kind: 'literal', name: variable }];
    }
    const [, name, word] = DEFAULT.exec(raw) ?? [];
    if (name !== undefined && !isPublicValue(word!)) return [{ start: 0, end: raw.length, value: word!, kind: 'default', name }];
  }
  return [...raw.matchAll(URL_PASSWORD)].flatMap((match): Credential[] => {
    const [whole, head = '', password = ''] = match;
    const place = { start: match.index + head.length, end: match.index + whole.length };
    const [, name, word] = DEFAULT.exec(password) ?? [];
    if (name !== undefined) return isPublicValue(word!) ? [] : [{ ...place, value: word!, kind: 'default', name }];
    if (hasVariables(password) || isPublicValue(password)) return [];
    return [{ ...place, value: evaluate(password).text, kind: 'url', name: `${variable}_PASSWORD` }];
  });
}
