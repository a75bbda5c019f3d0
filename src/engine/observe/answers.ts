import net from 'node:net';
import type { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';

/** Servers that write a complaint into their log, or block a client, when they are asked for a page. */
const NOT_WEB = new Set([22, 25, 53, 465, 587, 993, 1433, 1521, 3306, 5432, 5672, 6379, 9042, 11211, 25672, 27017]);

/** The container whose addresses these are: its own, or that of the one whose network it shares. */
export async function netOwner(engine: Engine, container: ContainerInfo): Promise<ContainerInfo> {
  const id = /^container:(.+)$/.exec(container.HostConfig.NetworkMode)?.[1];
  return id === undefined ? container : engine.container(id).catch(() => container);
}

/** Where a port of a container can be reached from here: its published address, else its own. */
export function addressOf({ NetworkSettings }: ContainerInfo, port: number): { host: string; port: number } | undefined {
  const published = NetworkSettings.Ports[`${port}/tcp`]?.[0];
  const own = Object.values(NetworkSettings.Networks).find(({ IPAddress }) => IPAddress);
  if (own) return { host: own.IPAddress, port };
  return published ? { host: '127.0.0.1', port: Number(published.HostPort) } : undefined;
}

/**
 * Asks each port for a page. A server whose workers died still accepts connections, since the kernel does, and only silence shows it.
 * Answers `http STATUS`, `other` (it speaks something else), `closed`, `silent`, or nothing for a port that cannot be reached from here.
 */
export async function answersOf(container: ContainerInfo, ports: readonly number[]): Promise<Record<number, string>> {
  const found = await Promise.all(
    ports
      .filter((port) => !NOT_WEB.has(port))
      .slice(0, 8)
      .map(async (port): Promise<[number, string | undefined]> => {
        const address = addressOf(container, port);
        return [port, address && (await ask(address))];
      }),
  );
  return Object.fromEntries(found.filter((each): each is [number, string] => each[1] !== undefined));
}

function ask({ host, port }: { host: string; port: number }, patience = 3000): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    let connected = false;
    const socket = net.connect({ host, port, timeout: patience });
    const end = (answer: string | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => {
      connected = true;
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: batten\r\nAccept: */*\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const status = /^HTTP\/[\d.]+ (\d{3})/.exec(text)?.[1];
      if (status) end(`http ${status}`);
      else if (text.length > 16) end('other');
    });
    socket.on('timeout', () => end(connected ? (text ? 'other' : 'silent') : undefined));
    socket.on('close', () => end(connected ? (text ? 'other' : 'closed') : undefined));
    // Refused or no way there: what listens on loopback only is not seen from outside.
    socket.on('error', () => end(connected ? 'closed' : undefined));
  });
}

/** Whether something accepts connections there. */
export function accepts(address: { host: string; port: number }, patience = 3000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ ...address, timeout: patience });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}
