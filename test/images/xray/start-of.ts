import { readArchive } from '../../../src/images/xray/archive';
import type { ImageFacts, NotUnderstood, Step } from '../../../src/images/xray/facts';
import { imageFacts } from '../../../src/images/xray/facts-from';
import { directory, type Entry, file, image, pieces, program, saved, script } from './tars';

const PROGRAMS =
  'sh bash env id chown chmod mkdir find cat cp mv rm ln sed grep gosu su-exec setpriv chroot su sudo tini dumb-init crond crontab sleep server helper xargs ls stat tee touch tar basename dirname readlink usermod s6-setuidgid'.split(
    ' ',
  );

/** What an image with a shell and a user `app` (1000:1001) starts, `entry` being its entrypoint script. */
export async function factsOf(more: Entry[], config: Record<string, unknown>): Promise<ImageFacts> {
  const base: Entry[] = [
    ...PROGRAMS.map((name) => program(`bin/${name}`)),
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\nweb:x:33:33::/var/www:/bin/false\n'),
    file('etc/group', 'root:x:0:\napp:x:1001:\nweb:x:33:app\n'),
    directory('data', { uid: 1000, gid: 1001, mode: 0o700 }),
  ];
  const bytes = saved(image([base, more], { Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'DATA=/data'], ...config }));
  return imageFacts(await readArchive(pieces(bytes), { platform: { os: 'linux', architecture: 'amd64' } }));
}

export async function startOf(entry: string, more: Entry[] = [], config: Record<string, unknown> = {}): Promise<ImageFacts> {
  return factsOf([script('entry.sh', entry.startsWith('#!') ? entry : `#!/bin/sh\n${entry}\n`), ...more], {
    Entrypoint: ['/entry.sh'],
    Cmd: ['server'],
    ...config,
  });
}

/** `0 chown app /data -R`, a `?` behind it when it may not happen, a `-` when it does not by default. */
export function shortly(step: Step): string {
  const path = 'path' in step && step.do !== 'run' ? (step.path ?? `«${step.written}»`) : '';
  const what = {
    run: () => (step.do === 'run' ? `${step.replaces ? 'exec' : step.background ? 'start' : 'run'} ${step.argv.join(' ')}` : ''),
    become: () =>
      step.do === 'become'
        ? `${step.by} ${step.owner.uid ?? step.owner.written}${step.owner.gid === undefined ? '' : `:${step.owner.gid}`}`
        : '',
    chown: () =>
      step.do === 'chown'
        ? `chown ${step.owner.uid ?? step.owner.written}${step.owner.gid === undefined ? '' : `:${step.owner.gid}`} ${path}${step.recursive ? ' -R' : ''}`
        : '',
    chmod: () => (step.do === 'chmod' ? `chmod ${step.mode} ${path}${step.recursive ? ' -R' : ''}` : ''),
    write: () => (step.do === 'write' ? `write ${path}${step.what === 'directory' ? '/' : ''}${step.keepsOwner ? ' -p' : ''}` : ''),
    remove: () => `remove ${path}`,
    link: () => `link ${path}`,
    look: () => `look ${path}`,
    account: () => (step.do === 'account' ? `account ${step.name} ${step.uid ?? step.variables ?? ''}` : ''),
  }[step.do]();
  return `${step.as ?? '?'} ${what}${step.usual === undefined ? ' ?' : step.usual ? '' : ' -'}`;
}

/** What it does beyond looking, the script itself left out. */
export function deeds(facts: ImageFacts): string[] {
  return facts.start.steps.filter((step) => step.do !== 'look' && !(step.do === 'run' && step.path === '/entry.sh')).map(shortly);
}

export const noted = ({ why, text, at }: NotUnderstood): string => `${why} ${text} ${at.path.replace(/^.*\//, '')}:${at.line ?? ''}`;
export const notes = (facts: ImageFacts): string[] => facts.start.notUnderstood.map(noted);
