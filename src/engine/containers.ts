import { EngineError } from '../errors';
import { EngineAnswer, EngineClient } from './client/client';
import { type Environment, endpointOf } from './client/endpoint';

/** What an Engine says of containers, as it says it. */
export interface ReadContainers {
  /** `GET /containers/NAME/json` and `GET /images/ID/json`, in the order the containers were named; no image where it is gone. */
  containers: { container: unknown; image?: unknown }[];
  /** `GET /info`. */
  info: unknown;
  /** The names of all containers by their ids. */
  names: Map<string, string>;
}

/** The most an answer about one container may be, in bytes. */
const MOST = 16 * 2 ** 20;

/**
 * Asks the person's Engine about containers by their names or ids. It reads, and changes nothing.
 *
 * @throws EngineError when there is no Engine, or no such container.
 */
export async function readContainers(env: Environment, wanted: readonly string[]): Promise<ReadContainers> {
  const client = new EngineClient(endpointOf(env));
  const get = async <T>(path: string): Promise<T> => {
    const bytes = await client.bytes('GET', path, { atMost: MOST, timeout: 20 });
    if (bytes.length >= MOST) throw new EngineError(`the Engine answers more than ${MOST / 2 ** 20} MiB about one thing`);
    return JSON.parse(bytes.toString('utf8')) as T;
  };
  const all = await get<{ Id: string; Names?: string[] }[]>('/containers/json?all=1');
  const names = new Map(all.map(({ Id, Names }) => [Id, (Names?.[0] ?? Id).replace(/^\//, '')]));
  const containers: ReadContainers['containers'] = [];
  for (const name of wanted) {
    const container = await get<{ Image: string }>(`/containers/${encodeURIComponent(name)}/json`).catch((error: unknown) => {
      if (!(error instanceof EngineAnswer) || error.status !== 404) throw error;
      const there = [...names.values()].sort();
      const hint =
        there.length === 0 ? 'there is no container' : `there is ${there.slice(0, 20).join(', ')}${there.length > 20 ? ', …' : ''}`;
      throw new EngineError(`the Engine has no container "${name}"`, { hint, cause: error });
    });
    const image = await get(`/images/${encodeURIComponent(container.Image)}/json`).catch((error: unknown) => {
      if (error instanceof EngineAnswer && error.status === 404) return undefined;
      throw error;
    });
    containers.push({ container, ...(image !== undefined && { image }) });
  }
  return { containers, info: await get('/info'), names };
}
