import type { Data } from '../yaml/types';
import { isMap } from './data';
import { evaluate, splitOutsideBraces } from './interpolate';
import { parseLongVolume, parseShortVolume, parseTmpfs } from './mounts';
import { isAnyAddress, parseLongPort, parseShortPort } from './ports';

/** What Compose knows an item of a list by: two items with one key are the same mount, device, port or secret. */
export function itemKey(list: string, item: Data): string {
  switch (list) {
    case 'volumes':
      return (isMap(item) ? parseLongVolume(item) : parseShortVolume(String(item)))?.target ?? JSON.stringify(item);
    case 'tmpfs':
      return parseTmpfs(String(item)).target;
    case 'devices':
      return isMap(item) ? evaluate(String(item.target ?? item.source)).text : deviceTarget(String(item));
    case 'ports':
      return portKey(item);
    case 'secrets':
    case 'configs':
      return grantKey(item);
    default:
      return JSON.stringify(typeof item === 'object' ? item : String(item));
  }
}

function deviceTarget(item: string): string {
  const [source, target] = splitOutsideBraces(item, ':');
  return evaluate(target ?? source!).text;
}

/** No address is the same as `0.0.0.0`, and neither is the same as 127.0.0.1: the second would come on top of the first. */
function portKey(item: Data): string {
  const port = isMap(item) ? parseLongPort(item) : parseShortPort(String(item));
  if (!port?.known) return JSON.stringify(item);
  const address = isAnyAddress(port.hostIp) ? '' : port.hostIp;
  return JSON.stringify([address, port.published ?? '', port.target, port.protocol]);
}

function grantKey(item: Data): string {
  const { source, target } = isMap(item) ? item : { source: item, target: undefined };
  return JSON.stringify([String(source), String(target ?? source)]);
}
