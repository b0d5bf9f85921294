import { guardFolder } from "../../../model/guard.ts";
import { hashOf } from "../../../model/recovery.ts";
import { allowedFile, guardEvents as event, lastFile, ownWords } from "./place.ts";

/** What the guard of one server is made from. */
export interface GuardOf {
  readonly estate: string;
  /** Computer name. */
  readonly host: string;
  /** In start order. */
  readonly services: readonly { readonly service: string; readonly exclusive: boolean }[];
  /** Shares outside of its own site. */
  readonly witnesses: readonly string[];
  /** Name of the words' file at a witness. */
  readonly fileName: string;
  readonly leaseHours: number;
}

/** The line with which a guard starts a service, where its word allows it. */
export const startsLine = (service: string): string => `call :start "${service}"`;

/** The services that a guard starts, as its text names them. */
export const startedBy = (script: string): readonly string[] => [
  ...new Set([...script.matchAll(/^call :start "([^"]+)"\r?$/gm)].map(([, service]) => service ?? "")),
];

/** The estate that a guard says it is of, where that is another one than this. */
export function otherEstateIn(script: string, estate: string): string | undefined {
  const found = /^rem Guard of \S+ in the estate (.*), made by parallel-standby\./m.exec(script)?.[1];
  return found === plain(estate) ? undefined : found;
}

const source = "parallel-standby";
const xml = (condition: string): string => `"/q:*[System[Provider[@Name='${source}'] and ${condition}]]"`;

/**
 * The guard of a server: plain cmd.exe, no PowerShell, no word that follows the language of Windows. ASCII with CRLF:
 * findstr finds the end of a line only before a carriage return. It decides nothing by dates: times are texts in UTC
 * that are compared as texts, and the age of an event is asked of the event log.
 */
export function guardScript(of: GuardOf): string {
  const body = lines(of).join("\r\n");
  return body.replace("@HASH@", hashOf(body));
}

/** The mark by which a server's last look shows which guard it was. */
export const hashIn = (script: string): string => /^set "SCRIPT=(\w+)"\r?$/m.exec(script)?.[1] ?? "";

function lines({ estate, host, services, witnesses, fileName, leaseHours }: GuardOf): readonly string[] {
  const own = ownWords(fileName);
  const exclusive = services.filter((s) => s.exclusive).toReversed();
  const shared = services.filter((s) => !s.exclusive);
  return [
    "@echo off",
    `rem Guard of ${host} in the estate ${plain(estate)}, made by parallel-standby. Do not change it: it is written anew.`,
    "rem It runs as SYSTEM at start-up and every five minutes. It starts the services named below where the newest word",
    "rem that it knows allows it, and stops those that must not run here. When it does not run, nothing starts.",
    'rem At the console, where nothing else helps:  guard.cmd allow "YOUR NAME" "WHY"',
    "setlocal EnableExtensions DisableDelayedExpansion",
    "rem Which guard this is: the look that it leaves behind names it.",
    'set "SCRIPT=@HASH@"',
    'set "ALLOWED="',
    "call :newest",
    'if /i "%~1"=="allow" goto allow',
    "rem Somebody has allowed it, no longer ago than a lease is good for, and word and activation are still the same.",
    `findstr /x /c:"%EPOCH% %WORD%" "${allowedFile}" >nul 2>&1 && call :recent ${String(event.allowed)} ${String(leaseHours * 3_600_000)} && set "ALLOWED=yes"`,
    "if defined ALLOWED goto run",
    'if "%WORD%"=="run" goto lease',
    'if "%WORD%"=="standby" goto standby',
    'if "%WORD%"=="stop" goto stop',
    "rem Neither a witness nor the own copy says anything of this server.",
    say(
      "ERROR",
      event.nothingKnown,
      `Nothing is started on ${host}: no witness answers, and no word is known here. If this site is the active one: ${byHand}`,
    ),
    "goto end",
    "",
    ":lease",
    "rem What runs goes on. Only a start needs a word that is not too old, and for that the time.",
    'set "STOPPED="',
    ...services.map((s) => `call :mayneed "${s.service}"`),
    "if not defined STOPPED goto end",
    "call :now",
    "rem A clock that is behind the word cannot tell how old it is.",
    "if not defined NOW goto clock",
    'if "%NOW%" LSS "%SINCE%" goto clock',
    'if "%NOW%" GTR "%UNTIL%" goto ended',
    "goto run",
    "",
    ":run",
    ...services.map((s) => startsLine(s.service)),
    "goto end",
    "",
    ":standby",
    "rem The other site is active: what runs at one site at a time is stopped, what receives logs is started.",
    ...exclusive.map((s) => `call :stopservice "${s.service}"`),
    ...shared.map((s) => startsLine(s.service)),
    "goto end",
    "",
    ":stop",
    "rem The other site has taken over, and it is not proven that nothing here writes: nothing is started at all.",
    ...exclusive.map((s) => `call :stopservice "${s.service}"`),
    say(
      "ERROR",
      event.stop,
      `Nothing is started on ${host}: the other site has taken over (activation %EPOCH%, said by %FROM%). Leave it as it is; the runner fences it`,
    ),
    "goto end",
    "",
    ":ended",
    say(
      "ERROR",
      event.leaseEnded,
      `Nothing is started on ${host}: the last word that it may run was good until %UNTIL% UTC, and no witness answers. If this site is the active one: ${byHand}`,
    ),
    "goto end",
    "",
    ":clock",
    say(
      "ERROR",
      event.clock,
      `Nothing is started on ${host}: its clock (%NOW% UTC) is behind the last word (%AT% UTC), or no event can be written. Set the clock right, or: ${byHand}`,
    ),
    "goto end",
    "",
    ":allow",
    "rem Two words more: who, and why. It counts for this word and this activation only.",
    'if "%~3"=="" echo Write: guard.cmd allow "YOUR NAME" "WHY"',
    'if "%~3"=="" exit /b 2',
    `(echo %EPOCH% %WORD%)>"${allowedFile}"`,
    `eventcreate /L APPLICATION /T WARNING /SO ${source} /ID ${String(event.allowed)} /D "%~2 allows ${host} to start its services for ${String(leaseHours)} h, word %WORD%, activation %EPOCH%: %~3" >nul 2>&1`,
    "rem Without the event nobody could tell later that it was allowed, and nothing is.",
    "if errorlevel 1 echo The event could not be written: run this as administrator.",
    "if errorlevel 1 exit /b 1",
    'set "ALLOWED=yes"',
    `echo ${host} may start its services for ${String(leaseHours)} h.`,
    "goto run",
    "",
    ":end",
    'rem What was known and done, for "parallel-standby guard status".',
    "rem Line by line: within brackets, one in the name of a share would end them. Put in place once it is whole.",
    ...["script", "word", "seq", "epoch", "until", "from", "allowed"].map(
      (name, i) => `${i === 0 ? ">" : ">>"}"${lastFile}.new" echo ${name} %${name.toUpperCase()}%`,
    ),
    `move /y "${lastFile}.new" "${lastFile}" >nul 2>&1`,
    "exit /b 0",
    "",
    ":newest",
    "rem The newest words that are known: the own copy, and each witness outside of this site.",
    'set "SEQ=-1"',
    'set "AT="',
    'set "SINCE="',
    'set "UNTIL="',
    'set "EPOCH=0"',
    'set "WORD=none"',
    'set "FROM="',
    `call :read "${own}"`,
    ...witnesses.map((share) => `call :read "${share}\\${fileName}"`),
    "rem What a witness said is kept, for the day on which none answers; beside the old copy first, so that it stays whole.",
    "if not defined FROM exit /b 0",
    `if /i "%FROM%"=="${own}" exit /b 0`,
    `copy /y "%FROM%" "${own}.new" >nul 2>&1 && move /y "${own}.new" "${own}" >nul 2>&1`,
    "exit /b 0",
    "",
    ":read",
    "rem Takes over what a file says, where it is whole, names this server, and is newer than what is known.",
    'if not exist "%~1" exit /b 0',
    ...["SEQ", "END", "EPOCH", "AT", "SINCE", "UNTIL", "WORD"].map((name) => `set "R_${name}="`),
    ...(
      [
        ["SEQ", "^seq [0-9][0-9]*$"],
        ["END", "^end [0-9][0-9]*$"],
        ["EPOCH", "^epoch [0-9][0-9]*$"],
        ["AT", `^published ${time}$`],
        ["SINCE", `^from ${time}$`],
        ["UNTIL", `^until ${time}$`],
        ["WORD", `^${host} [a-z][a-z]*$`],
      ] as const
    ).map(
      ([name, pattern]) =>
        `for /f "tokens=2" %%v in ('findstr /r /i /c:"${pattern}" "%~1" 2^>nul') do set "R_${name}=%%v"`,
    ),
    "if not defined R_SEQ exit /b 0",
    'if not "%R_SEQ%"=="%R_END%" exit /b 0',
    ...["EPOCH", "AT", "SINCE", "UNTIL", "WORD"].map((name) => `if not defined R_${name} exit /b 0`),
    "rem A later activation first: a journal that was lost begins anew with low numbers, and never with an old activation.",
    "if %R_EPOCH% LSS %EPOCH% exit /b 0",
    "if %R_EPOCH% EQU %EPOCH% if %R_SEQ% LSS %SEQ% exit /b 0",
    'if %R_EPOCH% EQU %EPOCH% if %R_SEQ% EQU %SEQ% if "%R_AT%" LEQ "%AT%" exit /b 0',
    ...["SEQ", "EPOCH", "AT", "SINCE", "UNTIL", "WORD"].map((name) => `set "${name}=%R_${name}%"`),
    'set "FROM=%~1"',
    "exit /b 0",
    "",
    ":mayneed",
    "rem STOPPED is set where a service does not run that only this guard starts.",
    'call :state "%~1"',
    'if not "%STATE%"=="1" exit /b 0',
    'call :type "%~1"',
    'if "%TYPE%"=="3" set "STOPPED=yes"',
    "exit /b 0",
    "",
    ":start",
    "rem Starts a service that is stopped and has the start type manual (3). One that a cutover has disabled stays so.",
    'call :state "%~1"',
    'if not "%STATE%"=="1" exit /b 0',
    'call :type "%~1"',
    'if not "%TYPE%"=="3" exit /b 0',
    `net start "%~1" >nul 2>&1 && call :say INFORMATION ${String(event.started)} "%~1 was started on ${host}: word %WORD%, said by %FROM%" && exit /b 0`,
    `call :say ERROR ${String(event.notStarted)} "%~1 could not be started on ${host}. Look at the event log System"`,
    "exit /b 0",
    "",
    ":stopservice",
    "rem Stops a service that runs, and what stands on it.",
    'call :state "%~1"',
    "if not defined STATE exit /b 0",
    'if "%STATE%"=="1" exit /b 0',
    `call :say ERROR ${String(event.stopped)} "%~1 runs on ${host} and is stopped: word %WORD%, said by %FROM%"`,
    'net stop "%~1" /y >nul 2>&1',
    "exit /b 0",
    "",
    ":state",
    "rem 1 stopped, 4 running; not set where there is no such service. Of sc only the numbers are the same in each language.",
    'set "STATE="',
    `for /f "tokens=2 delims=:" %%s in ('sc query "%~1" ^| findstr /r /c:": [1-7] "') do if not defined STATE for /f %%n in ("%%s") do set "STATE=%%n"`,
    "exit /b 0",
    "",
    ":type",
    "rem 2 automatic, 3 manual, 4 disabled.",
    'set "TYPE="',
    `for /f "tokens=2 delims=:" %%s in ('sc qc "%~1" 8192 ^| findstr /r /c:": [0-4] "') do if not defined TYPE for /f %%n in ("%%s") do set "TYPE=%%n"`,
    "exit /b 0",
    "",
    ":now",
    "rem The time in UTC: an event is written and read back. Text after an equal sign cannot be looked for, so two signs more are cut.",
    'set "NOW="',
    'set "X="',
    `eventcreate /L APPLICATION /T INFORMATION /SO ${source} /ID ${String(event.looks)} /D "The guard looks whether services may be started here" >nul 2>&1`,
    "if errorlevel 1 exit /b 0",
    `for /f "delims=" %%x in ('wevtutil qe Application /c:1 /rd:true /f:xml ${xml(`(EventID=${String(event.looks)})`)}') do set "X=%%x"`,
    "if not defined X exit /b 0",
    'set "X=%X:*SystemTime=%"',
    'set "NOW=%X:~2,19%"',
    'if not "%NOW:~10,1%"=="T" set "NOW="',
    "exit /b 0",
    "",
    ":recent",
    "rem 0 where the guard wrote an event of that number within so many milliseconds.",
    `wevtutil qe Application /c:1 /f:xml ${xml("(EventID=%~1) and TimeCreated[timediff(@SystemTime) <= %~2]")} 2>nul | findstr /c:"<EventID" >nul`,
    "exit /b %errorlevel%",
    "",
    ":say",
    "rem An event, but not the same one more than once an hour.",
    "call :recent %~2 3600000 && exit /b 0",
    `eventcreate /L APPLICATION /T %~1 /SO ${source} /ID %~2 /D "%~3" >nul 2>&1`,
    "exit /b 0",
    "",
  ];
}

/** A moment as words files write it; findstr takes at most 15 classes in an expression. */
const time = `20${"[0-9]".repeat(2)}-${"[0-9]".repeat(2)}-${"[0-9]".repeat(2)}T${"[0-9]".repeat(2)}:${"[0-9]".repeat(2)}:${"[0-9]".repeat(2)}`;

const byHand = `run guard.cmd allow in ${guardFolder}, or parallel-standby guard allow at the runner`;

const say = (type: string, id: number, text: string): string => `call :say ${type} ${String(id)} "${text}"`;

/** Text that may stand in a remark. */
const plain = (text: string): string => text.replaceAll(/[^\w .-]/g, "-");
