import { BlockList, isIP } from 'node:net';

/** What the IANA special-purpose registries call not globally reachable, and multicast. */
const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(network, prefix, 'ipv6');

const mapped = /^(?:::|(?:0{1,4}:){5})ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/i;
/** Of IPv6 only 2000::/3 is given out. */
const unicast = /^[23][\da-f]{3}:/i;

/** An address that anyone on the internet may have, IPv4 in its own form; nothing for every other text. */
export function globalAddress(text: string): string | undefined {
  const address = unmapped(text);
  switch (isIP(address)) {
    case 4:
      return special.check(address, 'ipv4') ? undefined : address;
    case 6:
      return unicast.test(address) && !address.includes('%') && !special.check(address, 'ipv6')
        ? address
        : undefined;
    default:
      return undefined;
  }
}

/** IPv4 in its own form when it is written as IPv6; every other text as it is. */
export function unmapped(text: string): string {
  const match = text.startsWith('::') || text.startsWith('0') ? mapped.exec(text) : null;
  if (!match) return text;
  const [, dotted, high = '', low = ''] = match;
  if (dotted !== undefined) return dotted;
  const [first, last] = [parseInt(high, 16), parseInt(low, 16)];
  return [first >> 8, first & 255, last >> 8, last & 255].join('.');
}
