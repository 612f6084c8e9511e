/** Functions of IP addresses. What is no address is in no network. */
import { isIP } from 'node:net';
import { asText, type Typed, typed } from '../compile/typed.ts';
import { MalformedQuery } from '../errors.ts';
import type { CallNode } from '../syntax/index.ts';
import { arg, type FunctionTable, scalar } from './definition.ts';

/** Private networks. (RFC 1918, RFC 4193.) */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];
/** Networks for special purposes besides the private ones. (IANA's registries of special-purpose addresses.) */
const RESERVED = [
  '0.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '100::/64',
  '2001:db8::/32',
  'fe80::/10',
  'ff00::/8',
];

export const ADDRESSES: FunctionTable = {
  ...one('isValidIp', (x) => `(isIPv4String(${x}) OR isIPv6String(${x}))`),
  ...one('isValidIpV4', (x) => `isIPv4String(${x})`),
  ...one('isValidIpV6', (x) => `isIPv6String(${x})`),
  ...subnet('isIpInSubnet', 0),
  ...subnet('isIpv4InSubnet', 4),
  ...subnet('isIpv6InSubnet', 6),
  ...scalar('ipv4ToNumber', 1, 1, (_node, args) =>
    typed(`toFloat64(IPv4StringToNumOrNull(${asText(arg(args, 0))}))`, 'number'),
  ),
  ...one('isPrivateIP', (x) => inAny(x, PRIVATE)),
  ...one('isReservedIP', (x) => inAny(x, RESERVED)),
  ...one(
    'isPublicIP',
    (x) => `((isIPv4String(${x}) OR isIPv6String(${x})) AND NOT ${inAny(x, [...PRIVATE, ...RESERVED])})`,
  ),
};

function one(name: string, sql: (x: string) => string): FunctionTable {
  return scalar(name, 1, 1, (_node, args) => typed(sql(`ifNull(${asText(arg(args, 0))}, '')`), 'boolean'));
}

function subnet(name: string, family: 0 | 4 | 6): FunctionTable {
  return scalar(name, 2, 2, (node, args, { parameters }) => {
    const cidr = networkOf(node, arg(args, 1), family);
    return typed(
      inNetwork(`ifNull(${asText(arg(args, 0))}, '')`, parameters.text(cidr), cidr.includes(':')),
      'boolean',
    );
  });
}

function networkOf(node: CallNode, { literal }: Typed, family: 0 | 4 | 6): string {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(typeof literal === 'string' ? literal : '') ?? [];
  const found = isIP(address);
  const fits = found !== 0 && (family === 0 || family === found) && Number(bits) <= (found === 4 ? 32 : 128);
  if (fits) return `${address}/${bits}`;
  throw new MalformedQuery(
    `The second argument of ${node.name} is a network such as "10.0.0.0/8".`,
    node.args[1]?.span ?? node.span,
  );
}

/** Constants of ours only. */
function inAny(x: string, networks: readonly string[]): string {
  return `(${networks.map((cidr) => inNetwork(x, `'${cidr}'`, cidr.includes(':'))).join(' OR ')})`;
}

/** The engine refuses to compare what is no address, so it gets one that is. */
function inNetwork(x: string, cidr: string, six: boolean): string {
  const [valid, other] = six ? [`isIPv6String(${x})`, "'::'"] : [`isIPv4String(${x})`, "'0.0.0.0'"];
  return `(${valid} AND isIPAddressInRange(if(${valid}, ${x}, ${other}), ${cidr}))`;
}
