import { maskLine } from '../mask';
import { Text } from './text';
import { visibleJson } from './visible';

/** Data as JSON, ending in a newline. It holds exactly what the data holds, but for credentials; what could not be seen is written as `\u009b`. */
export function json(data: unknown, indent?: number): Text<'json'> {
  return new Text('json', `${visibleJson(JSON.stringify(data, masked, indent))}\n`);
}

function masked(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? maskLine(value) : value;
}
