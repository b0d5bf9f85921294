import { guardFolder } from "../../../model/guard.ts";

/** The guard itself. */
export const guardFile = `${guardFolder}\\guard.cmd`;
/** What the guard did and knew when it ran last. */
export const lastFile = `${guardFolder}\\last.txt`;
/** The newest words that reached this server, under the name that they have at a witness. */
export const ownWords = (fileName: string): string => `${guardFolder}\\${fileName}`;

/** That somebody at the console has allowed it to start its services. */
export const allowedFile = `${guardFolder}\\allowed.txt`;

/** All files that it leaves beside itself, and those that a server which stopped in between may have left. */
export const leftFiles = (fileName: string): readonly string[] => {
  const own = ownWords(fileName);
  return [lastFile, `${lastFile}.new`, allowedFile, own, `${own}.new`];
};

/** The two tasks that run it: `schtasks` gives a task one trigger. */
export const guardTasks = [
  { name: "parallel-standby\\guard", when: "/sc minute /mo 5", trigger: "<Interval>PT5M</Interval>" },
  { name: "parallel-standby\\guard at start-up", when: "/sc onstart", trigger: "<BootTrigger>" },
] as const;

/** Numbers of the guard's events in the event log Application, source parallel-standby. */
export const guardEvents = {
  /** It is about to start something and notes the time. */
  looks: 10,
  started: 11,
  nothingKnown: 20,
  stop: 21,
  leaseEnded: 22,
  stopped: 23,
  notStarted: 24,
  clock: 25,
  allowed: 30,
} as const;
