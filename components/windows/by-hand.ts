import { byHand, placeOf, type ByHand, type Hand, type HandContext } from "../../model/by-hand.ts";
import { allowed, guardHands } from "./guard/by-hand.ts";
import { deallocateHost, serviceExists, startHost, startService, stopService, waitPort } from "./verbs.ts";

/** sc's words for start types (Microsoft: sc config). */
const scStart = { auto: "auto", manual: "demand", "delayed-auto": "delayed-auto" } as const;

/** What is typed for the verbs of Windows hosts and their services. */
export const hands: readonly Hand[] = [
  byHand(stopService, ({ host, service, disable }, c) => ({
    what: `Stop "${service}" on ${host}${disable ? ", and keep it from starting again" : ""}`,
    commands: [
      {
        on: placeOf(c, host),
        with: "cmd",
        type: [
          ...(disable ? [`sc config "${service}" start= disabled`] : []),
          `sc stop "${service}"`,
          `sc query "${service}"`,
        ].join("\n"),
      },
    ],
    see: `STATE : 1 STOPPED`,
    careful:
      "If the server does not answer, take its power or its network, and write down who saw that it is off",
  })),
  byHand(startService, ({ host, service, startType }, c) => {
    const allow = allowed(host, service, c);
    return {
      what: `Start "${service}" on ${host}`,
      commands: [
        {
          on: `${placeOf(c, host)}${allow.length > 0 ? ", as administrator" : ""}`,
          with: "cmd",
          type: [
            ...allow,
            `sc config "${service}" start= ${scStart[startType]}`,
            `sc start "${service}"`,
            `sc query "${service}"`,
          ].join("\n"),
        },
      ],
      see: `STATE : 4 RUNNING, or error 1056: it runs already. Running is not ready: the next step shows that`,
      careful: [
        isNew(host, c)
          ? "Only when the old site is fenced: it must never run at both sites"
          : `Only while nothing of it runs at ${c.request.to}: it must never run at both sites`,
        ...(allow.length > 0
          ? [
              `Without the first line the guard stops it again within five minutes. That line is good for ${String(c.guard?.leaseHours ?? 0)} h`,
            ]
          : []),
      ].join(". "),
    };
  }),
  byHand(waitPort, ({ host, port }, c) => ({
    what: `Port ${String(port)} of ${host} answers`,
    commands: [
      {
        on: `any machine of the ${isNew(host, c) ? "new" : "old"} site`,
        with: "cmd",
        type: `powershell -Command "Test-NetConnection ${c.lookup.host(host)?.address ?? host} -Port ${String(port)}"`,
      },
    ],
    see: "TcpTestSucceeded : True",
  })),
  byHand(serviceExists, ({ host, service }, c) => ({
    what: `"${service}" is there on ${host}`,
    commands: [{ on: placeOf(c, host), with: "cmd", type: `sc qc "${service}"` }],
    see: "its configuration, and not error 1060",
  })),
  byHand(deallocateHost, ({ host }, c) => ({
    what: `Deallocate the VM of ${host}: nothing there can write any more`,
    commands: [az("deallocate", host, c)],
    see: "VM deallocated",
  })),
  byHand(startHost, ({ host }, c) => ({
    what: `Start the VM of ${host}`,
    commands: [az("start", host, c)],
    see: "VM running, and the server answers",
  })),
  ...guardHands,
];

const isNew = (host: string, { lookup, request }: HandContext): boolean =>
  lookup.host(host)?.site === request.to;

/** The Azure CLI's words (Microsoft: az vm). */
function az(verb: "deallocate" | "start", host: string, { lookup }: HandContext): ByHand["commands"][number] {
  const vm = lookup.host(host)?.azure;
  const name = `--subscription ${vm?.subscriptionId ?? "<subscription>"} -g ${vm?.resourceGroup ?? "<resource group>"} -n ${vm?.vm ?? host}`;
  return {
    on: "any machine with the Azure CLI, after az login",
    with: "cmd",
    type: `az vm ${verb} ${name}\naz vm get-instance-view ${name} --query "instanceView.statuses[1].displayStatus"`,
  };
}
