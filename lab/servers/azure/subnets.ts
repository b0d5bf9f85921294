import { isIPv4 } from "node:net";

/** A subnet that is there from the beginning: the lab's networks are given, as an owner's are. */
export interface Subnet {
  /** `/subscriptions/…/virtualNetworks/vnet-dr/subnets/servers`. */
  readonly id: string;
  readonly location: string;
  /** CIDR: 127.20.1.0/24. */
  readonly prefix: string;
}

/**
 * The first address of a subnet that nobody has. Azure keeps the first four and the last one for itself (Microsoft
 * Learn, "Azure Virtual Network FAQ").
 */
export function freeAddress(prefix: string, taken: ReadonlySet<string>): string | undefined {
  const [first, size] = range(prefix);
  for (let i = 4; i < size - 1; i++) {
    const address = toText(first + i);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

/** Whether an address lies in a subnet. */
export function inSubnet(prefix: string, address: string): boolean {
  const [first, size] = range(prefix);
  const at = isIPv4(address) ? toNumber(address) : -1;
  return at >= first && at < first + size;
}

function range(prefix: string): [number, number] {
  const [base = "", bits = ""] = prefix.split("/");
  if (!isIPv4(base) || !/^\d+$/.test(bits) || Number(bits) > 32)
    throw new Error(`"${prefix}" is no IPv4 prefix`);
  return [toNumber(base), 2 ** (32 - Number(bits))];
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}
