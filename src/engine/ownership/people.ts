import type { Person } from '../../ownership/access';
import type { Engine } from '../client/engine';
import type { ContainerInfo } from '../client/types';
import { listOf, type ModelService } from '../compose/model';
import { fileIn } from '../trial/image-files';

/** Account files larger than that are none. */
const MOST_OF_ACCOUNTS = 1024 * 1024;

/** The accounts of an image. */
interface Accounts {
  /** Its own USER, empty when it has none. */
  user: string;
  passwd: readonly string[][];
  group: readonly string[][];
}

/** As whom services run, by the numbers in their containers. What an image calls its users is read from it, without starting it. */
export class People {
  private readonly known = new Map<string, Promise<Accounts | undefined>>();

  constructor(
    private readonly engine: Engine,
    private readonly label: Record<string, string>,
  ) {}

  /** As whom a container that is there runs. What it calls its users is read from the container itself. */
  async ofContainer({ Id, Config, HostConfig }: ContainerInfo): Promise<Person | undefined> {
    const { CapAdd, CapDrop, Privileged, GroupAdd } = HostConfig;
    const service: ModelService = {
      user: Config.User,
      group_add: GroupAdd ?? [],
      cap_add: CapAdd ?? [],
      cap_drop: CapDrop ?? [],
      privileged: Privileged,
    };
    return personOf(service, { user: '', ...(await this.files(Id)) });
  }

  /** Undefined when it cannot be told: the image is not here, or does not know the name. */
  async of(service: ModelService, image: string): Promise<Person | undefined> {
    return personOf(service, await this.accounts(image));
  }

  private accounts(image: string): Promise<Accounts | undefined> {
    let found = this.known.get(image);
    if (!found) {
      found = this.read(image);
      this.known.set(image, found);
    }
    return found;
  }

  private async read(image: string): Promise<Accounts | undefined> {
    const info = await this.engine.image(image);
    if (!info) return undefined;
    const container = await this.engine.createContainer({
      Image: image,
      Entrypoint: ['-'],
      Labels: this.label,
      HostConfig: { NetworkMode: 'none' },
    });
    try {
      return { user: info.Config?.User ?? '', ...(await this.files(container)) };
    } finally {
      await this.engine.removeContainer(container).catch(() => undefined);
    }
  }

  private async files(container: string): Promise<Pick<Accounts, 'passwd' | 'group'>> {
    const lines = async (path: string): Promise<string[][]> => {
      const bytes = await this.engine.archiveStart(container, path, MOST_OF_ACCOUNTS);
      const text = bytes && fileIn(bytes);
      return text === undefined ? [] : text.split('\n').map((line) => line.split(':'));
    };
    return { passwd: await lines('/etc/passwd'), group: await lines('/etc/group') };
  }
}

function personOf({ user, group_add, cap_add, cap_drop, privileged }: ModelService, accounts: Accounts | undefined): Person | undefined {
  const written = typeof user === 'string' && user !== '' ? user : accounts?.user;
  if (written === undefined) return undefined;
  const [name = '', group] = written.split(':');
  const account = name === '' ? undefined : accounts?.passwd.find(([own, , number]) => own === name || number === name);
  const uid = name === '' || name === 'root' ? 0 : (numberOf(name) ?? numberOf(account?.[2]));
  const gid = group === undefined || group === '' ? (numberOf(account?.[3]) ?? 0) : groupOf(group, accounts);
  if (uid === undefined || gid === undefined) return undefined;
  const groups = listOf(group_add).map((each) => groupOf(String(each), accounts));
  // The groups of an account count as long as no group is named beside it. Source: moby/sys/user, GetExecUser
  const own =
    group === undefined && account
      ? (accounts?.group ?? []).flatMap(([, , number, members = '']) =>
          members.split(',').includes(account[0]!) ? [numberOf(number)] : [],
        )
      : [];
  return {
    uid,
    gid,
    groups: [...groups, ...own].filter((each): each is number => each !== undefined),
    overrides: uid === 0 ? overridesOf({ cap_add, cap_drop, privileged }) : 'none',
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function groupOf(text: string, accounts: Accounts | undefined): number | undefined {
  return numberOf(text) ?? (text === 'root' ? 0 : numberOf(accounts?.group.find(([name]) => name === text)?.[2]));
}

/** What root of a container may do whomever a file belongs to. Docker gives DAC_OVERRIDE by default, and DAC_READ_SEARCH not. */
function overridesOf({ cap_add, cap_drop, privileged }: Pick<ModelService, 'cap_add' | 'cap_drop' | 'privileged'>): Person['overrides'] {
  if (privileged === true || privileged === 'true') return 'all';
  const names = (data: typeof cap_add): string[] => listOf(data).map((each) => String(each).toUpperCase().replace(/^CAP_/, ''));
  const [added, dropped] = [names(cap_add), names(cap_drop)];
  const has = (name: string, byDefault: boolean): boolean =>
    added.includes(name) ||
    (added.includes('ALL') && !dropped.includes(name)) ||
    (byDefault && !dropped.includes(name) && !dropped.includes('ALL'));
  return has('DAC_OVERRIDE', true) ? 'all' : has('DAC_READ_SEARCH', false) ? 'read' : 'none';
}
