import { inService } from '../../compose/in-service';

/**
 * What of the host, or of what else runs there, a service may be given:
 * - `privileges`: privileged mode, hooks with all privileges, and how the kernel treats it beside others.
 * - `capabilities`, `confinement`: capabilities that reach the host; the security modules switched off or loosened.
 * - `namespaces`, `host-network`: the host's own instead of the service's.
 * - `devices`, `sockets`, `host-files`, `secrets`: of the host, or of what is outside of the project.
 * - `containers`: of somebody else's running containers.
 */
export type Reach =
  | 'privileges'
  | 'capabilities'
  | 'confinement'
  | 'namespaces'
  | 'host-network'
  | 'devices'
  | 'sockets'
  | 'host-files'
  | 'secrets'
  | 'containers';

/** Something a service has in the project and not in the trial: what it does with that was not exercised. */
export interface Withheld {
  service: string;
  reach: Reach;
  /** As a thing: `the socket /var/run/docker.sock`, `SYS_ADMIN`. */
  what: string;
}

/** The flag that gives almost everything. */
const ALLOW = '--allow-privileged gives it';

/** What is held back from one service, and how that is said. */
export class Holding {
  readonly withheld: Withheld[] = [];
  readonly notes: string[] = [];

  constructor(private readonly service: string) {}

  /** Something is not given. @param hint what gives it; '' where nothing does. */
  hold(reach: Reach, what: string, { why, hint = ALLOW }: { why?: string; hint?: string } = {}): void {
    this.withheld.push({ service: this.service, reach, what });
    this.note(`${what} is not given in a trial${why ? `, because ${why}` : ''}${hint ? ` (${hint})` : ''}`);
  }

  /** Something is given with less in it than it has. */
  lessen(reach: Reach, what: string, how: string): void {
    this.withheld.push({ service: this.service, reach, what });
    this.note(how);
  }

  /** Something differs that a service does not work with. */
  note(text: string): void {
    const whole = inService(this.service, text);
    if (!this.notes.includes(whole)) this.notes.push(whole);
  }
}
