@echo off
rem Guard of K2PRD01 in the estate contoso, made by parallel-standby. Do not change it: it is written anew.
rem It runs as SYSTEM at start-up and every five minutes. It starts the services named below where the newest word
rem that it knows allows it, and stops those that must not run here. When it does not run, nothing starts.
rem At the console, where nothing else helps:  guard.cmd allow "YOUR NAME" "WHY"
setlocal EnableExtensions DisableDelayedExpansion
rem Which guard this is: the look that it leaves behind names it.
set "SCRIPT=22e88e8e6b95c432"
set "ALLOWED="
call :newest
if /i "%~1"=="allow" goto allow
rem Somebody has allowed it, no longer ago than a lease is good for, and word and activation are still the same.
findstr /x /c:"%EPOCH% %WORD%" "C:\Program Files\parallel-standby\allowed.txt" >nul 2>&1 && call :recent 30 86400000 && set "ALLOWED=yes"
if defined ALLOWED goto run
if "%WORD%"=="run" goto lease
if "%WORD%"=="standby" goto standby
if "%WORD%"=="stop" goto stop
rem Neither a witness nor the own copy says anything of this server.
call :say ERROR 20 "Nothing is started on K2PRD01: no witness answers, and no word is known here. If this site is the active one: run guard.cmd allow in C:\Program Files\parallel-standby, or parallel-standby guard allow at the runner"
goto end

:lease
rem What runs goes on. Only a start needs a word that is not too old, and for that the time.
set "STOPPED="
call :mayneed "MSSQLSERVER"
call :mayneed "K2 Server"
if not defined STOPPED goto end
call :now
rem A clock that is behind the word cannot tell how old it is.
if not defined NOW goto clock
if "%NOW%" LSS "%SINCE%" goto clock
if "%NOW%" GTR "%UNTIL%" goto ended
goto run

:run
call :start "MSSQLSERVER"
call :start "K2 Server"
goto end

:standby
rem The other site is active: what runs at one site at a time is stopped, what receives logs is started.
call :stopservice "K2 Server"
call :start "MSSQLSERVER"
goto end

:stop
rem The other site has taken over, and it is not proven that nothing here writes: nothing is started at all.
call :stopservice "K2 Server"
call :say ERROR 21 "Nothing is started on K2PRD01: the other site has taken over (activation %EPOCH%, said by %FROM%). Leave it as it is; the runner fences it"
goto end

:ended
call :say ERROR 22 "Nothing is started on K2PRD01: the last word that it may run was good until %UNTIL% UTC, and no witness answers. If this site is the active one: run guard.cmd allow in C:\Program Files\parallel-standby, or parallel-standby guard allow at the runner"
goto end

:clock
call :say ERROR 25 "Nothing is started on K2PRD01: its clock (%NOW% UTC) is behind the last word (%AT% UTC), or no event can be written. Set the clock right, or: run guard.cmd allow in C:\Program Files\parallel-standby, or parallel-standby guard allow at the runner"
goto end

:allow
rem Two words more: who, and why. It counts for this word and this activation only.
if "%~3"=="" echo Write: guard.cmd allow "YOUR NAME" "WHY"
if "%~3"=="" exit /b 2
(echo %EPOCH% %WORD%)>"C:\Program Files\parallel-standby\allowed.txt"
eventcreate /L APPLICATION /T WARNING /SO parallel-standby /ID 30 /D "%~2 allows K2PRD01 to start its services for 24 h, word %WORD%, activation %EPOCH%: %~3" >nul 2>&1
rem Without the event nobody could tell later that it was allowed, and nothing is.
if errorlevel 1 echo The event could not be written: run this as administrator.
if errorlevel 1 exit /b 1
set "ALLOWED=yes"
echo K2PRD01 may start its services for 24 h.
goto run

:end
rem What was known and done, for "parallel-standby guard status".
rem Line by line: within brackets, one in the name of a share would end them. Put in place once it is whole.
>"C:\Program Files\parallel-standby\last.txt.new" echo script %SCRIPT%
>>"C:\Program Files\parallel-standby\last.txt.new" echo word %WORD%
>>"C:\Program Files\parallel-standby\last.txt.new" echo seq %SEQ%
>>"C:\Program Files\parallel-standby\last.txt.new" echo epoch %EPOCH%
>>"C:\Program Files\parallel-standby\last.txt.new" echo until %UNTIL%
>>"C:\Program Files\parallel-standby\last.txt.new" echo from %FROM%
>>"C:\Program Files\parallel-standby\last.txt.new" echo allowed %ALLOWED%
move /y "C:\Program Files\parallel-standby\last.txt.new" "C:\Program Files\parallel-standby\last.txt" >nul 2>&1
exit /b 0

:newest
rem The newest words that are known: the own copy, and each witness outside of this site.
set "SEQ=-1"
set "AT="
set "SINCE="
set "UNTIL="
set "EPOCH=0"
set "WORD=none"
set "FROM="
call :read "C:\Program Files\parallel-standby\guard-contoso.txt"
call :read "\\K2DR01\Witness\guard-contoso.txt"
call :read "\\FILE03\Witness\guard-contoso.txt"
rem What a witness said is kept, for the day on which none answers; beside the old copy first, so that it stays whole.
if not defined FROM exit /b 0
if /i "%FROM%"=="C:\Program Files\parallel-standby\guard-contoso.txt" exit /b 0
copy /y "%FROM%" "C:\Program Files\parallel-standby\guard-contoso.txt.new" >nul 2>&1 && move /y "C:\Program Files\parallel-standby\guard-contoso.txt.new" "C:\Program Files\parallel-standby\guard-contoso.txt" >nul 2>&1
exit /b 0

:read
rem Takes over what a file says, where it is whole, names this server, and is newer than what is known.
if not exist "%~1" exit /b 0
set "R_SEQ="
set "R_END="
set "R_EPOCH="
set "R_AT="
set "R_SINCE="
set "R_UNTIL="
set "R_WORD="
for /f "tokens=2" %%v in ('findstr /r /i /c:"^seq [0-9][0-9]*$" "%~1" 2^>nul') do set "R_SEQ=%%v"
for /f "tokens=2" %%v in ('findstr /r /i /c:"^end [0-9][0-9]*$" "%~1" 2^>nul') do set "R_END=%%v"
for /f "tokens=2" %%v in ('findstr /r /i /c:"^epoch [0-9][0-9]*$" "%~1" 2^>nul') do set "R_EPOCH=%%v"
for /f "tokens=2" %%v in ('findstr /r /i /c:"^published 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]$" "%~1" 2^>nul') do set "R_AT=%%v"
for /f "tokens=2" %%v in ('findstr /r /i /c:"^from 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]$" "%~1" 2^>nul') do set "R_SINCE=%%v"
for /f "tokens=2" %%v in ('findstr /r /i /c:"^until 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]$" "%~1" 2^>nul') do set "R_UNTIL=%%v"
for /f "tokens=2" %%v in ('findstr /r /i /c:"^K2PRD01 [a-z][a-z]*$" "%~1" 2^>nul') do set "R_WORD=%%v"
if not defined R_SEQ exit /b 0
if not "%R_SEQ%"=="%R_END%" exit /b 0
if not defined R_EPOCH exit /b 0
if not defined R_AT exit /b 0
if not defined R_SINCE exit /b 0
if not defined R_UNTIL exit /b 0
if not defined R_WORD exit /b 0
rem A later activation first: a journal that was lost begins anew with low numbers, and never with an old activation.
if %R_EPOCH% LSS %EPOCH% exit /b 0
if %R_EPOCH% EQU %EPOCH% if %R_SEQ% LSS %SEQ% exit /b 0
if %R_EPOCH% EQU %EPOCH% if %R_SEQ% EQU %SEQ% if "%R_AT%" LEQ "%AT%" exit /b 0
set "SEQ=%R_SEQ%"
set "EPOCH=%R_EPOCH%"
set "AT=%R_AT%"
set "SINCE=%R_SINCE%"
set "UNTIL=%R_UNTIL%"
set "WORD=%R_WORD%"
set "FROM=%~1"
exit /b 0

:mayneed
rem STOPPED is set where a service does not run that only this guard starts.
call :state "%~1"
if not "%STATE%"=="1" exit /b 0
call :type "%~1"
if "%TYPE%"=="3" set "STOPPED=yes"
exit /b 0

:start
rem Starts a service that is stopped and has the start type manual (3). One that a cutover has disabled stays so.
call :state "%~1"
if not "%STATE%"=="1" exit /b 0
call :type "%~1"
if not "%TYPE%"=="3" exit /b 0
net start "%~1" >nul 2>&1 && call :say INFORMATION 11 "%~1 was started on K2PRD01: word %WORD%, said by %FROM%" && exit /b 0
call :say ERROR 24 "%~1 could not be started on K2PRD01. Look at the event log System"
exit /b 0

:stopservice
rem Stops a service that runs, and what stands on it.
call :state "%~1"
if not defined STATE exit /b 0
if "%STATE%"=="1" exit /b 0
call :say ERROR 23 "%~1 runs on K2PRD01 and is stopped: word %WORD%, said by %FROM%"
net stop "%~1" /y >nul 2>&1
exit /b 0

:state
rem 1 stopped, 4 running; not set where there is no such service. Of sc only the numbers are the same in each language.
set "STATE="
for /f "tokens=2 delims=:" %%s in ('sc query "%~1" ^| findstr /r /c:": [1-7] "') do if not defined STATE for /f %%n in ("%%s") do set "STATE=%%n"
exit /b 0

:type
rem 2 automatic, 3 manual, 4 disabled.
set "TYPE="
for /f "tokens=2 delims=:" %%s in ('sc qc "%~1" 8192 ^| findstr /r /c:": [0-4] "') do if not defined TYPE for /f %%n in ("%%s") do set "TYPE=%%n"
exit /b 0

:now
rem The time in UTC: an event is written and read back. Text after an equal sign cannot be looked for, so two signs more are cut.
set "NOW="
set "X="
eventcreate /L APPLICATION /T INFORMATION /SO parallel-standby /ID 10 /D "The guard looks whether services may be started here" >nul 2>&1
if errorlevel 1 exit /b 0
for /f "delims=" %%x in ('wevtutil qe Application /c:1 /rd:true /f:xml "/q:*[System[Provider[@Name='parallel-standby'] and (EventID=10)]]"') do set "X=%%x"
if not defined X exit /b 0
set "X=%X:*SystemTime=%"
set "NOW=%X:~2,19%"
if not "%NOW:~10,1%"=="T" set "NOW="
exit /b 0

:recent
rem 0 where the guard wrote an event of that number within so many milliseconds.
wevtutil qe Application /c:1 /f:xml "/q:*[System[Provider[@Name='parallel-standby'] and (EventID=%~1) and TimeCreated[timediff(@SystemTime) <= %~2]]]" 2>nul | findstr /c:"<EventID" >nul
exit /b %errorlevel%

:say
rem An event, but not the same one more than once an hour.
call :recent %~2 3600000 && exit /b 0
eventcreate /L APPLICATION /T %~1 /SO parallel-standby /ID %~2 /D "%~3" >nul 2>&1
exit /b 0
