import { table } from '../table';

/** A file system that does not keep owners as they are set, or where somebody else decides. */
export interface FileSystem {
  name: string;
  /** `never` = there is no owner to change; `asked` = a server or a program decides, so that it has to be tried. */
  owners: 'never' | 'asked';
}

/**
 * By the type that /proc/self/mountinfo gives, without what follows a dot (`fuse.mergerfs`). All others keep owners.
 * Source: filesystems(5), mount(8), mount.cifs(8), nfs(5)
 */
const KNOWN: Readonly<Record<string, FileSystem>> = table({
  nfs: { name: 'NFS', owners: 'asked' },
  nfs4: { name: 'NFS', owners: 'asked' },
  cifs: { name: 'CIFS', owners: 'never' },
  smb3: { name: 'SMB', owners: 'never' },
  vfat: { name: 'FAT', owners: 'never' },
  msdos: { name: 'FAT', owners: 'never' },
  exfat: { name: 'exFAT', owners: 'never' },
  ntfs: { name: 'NTFS', owners: 'never' },
  ntfs3: { name: 'NTFS', owners: 'never' },
  fuseblk: { name: 'NTFS or exFAT', owners: 'asked' },
  iso9660: { name: 'ISO 9660', owners: 'never' },
  squashfs: { name: 'SquashFS', owners: 'never' },
  vboxsf: { name: 'a shared folder of VirtualBox', owners: 'never' },
  fuse: { name: 'FUSE', owners: 'asked' },
  '9p': { name: '9P', owners: 'asked' },
  virtiofs: { name: 'virtiofs', owners: 'asked' },
  ceph: { name: 'CephFS', owners: 'asked' },
  glusterfs: { name: 'GlusterFS', owners: 'asked' },
  afs: { name: 'AFS', owners: 'asked' },
});

/** What is special about a file system; undefined when it keeps owners. */
export function fileSystemOf(type: string): FileSystem | undefined {
  return KNOWN[type.split('.')[0]!];
}
