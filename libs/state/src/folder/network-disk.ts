import type { FolderSystem } from './system.js';

/** Linux magic numbers (linux/magic.h, statfs(2)) of file systems that other machines may share. */
const NETWORK_FILE_SYSTEMS = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xfe534d42, // SMB 2
  0xff534d42, // CIFS
  0x00c36400, // Ceph
  0x5346414f, // AFS
  0x01021997, // 9p, as in WSL for the disks of Windows
]);

/** Whether the folder is known to be on another machine; a mapped drive of Windows cannot be recognised. */
export function isNetworkDisk(folder: string, system: FolderSystem): boolean {
  if (system.platform === 'win32') return /^[\\/]{2}(?![.?][\\/])/.test(folder);
  if (system.platform !== 'linux') return false;
  return NETWORK_FILE_SYSTEMS.has(system.fileSystemType(folder));
}
