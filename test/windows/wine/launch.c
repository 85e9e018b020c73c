/* launch program.exe arguments…: runs a program of Windows as Windows would, without the language settings of
 * Unix, and ends as it ends. Wine takes the language of its Windows from those, and hands them on. */
#include <windows.h>

/* after returns what follows the first word of a command line. */
static WCHAR *after(WCHAR *line)
{
	WCHAR end = L' ';

	if (*line == L'"') {
		end = L'"';
		line++;
	}
	while (*line && *line != end)
		line++;
	if (*line == L'"')
		line++;
	while (*line == L' ')
		line++;
	return line;
}

int main(void)
{
	STARTUPINFOW start = {.cb = sizeof start};
	PROCESS_INFORMATION program;
	DWORD status = 125;

	SetEnvironmentVariableW(L"LC_ALL", NULL);
	SetEnvironmentVariableW(L"LC_MESSAGES", NULL);
	SetEnvironmentVariableW(L"LANG", NULL);
	SetEnvironmentVariableW(L"LANGUAGE", NULL);
	SetEnvironmentVariableW(L"LC_CTYPE", L"C.UTF-8"); /* how Wine writes names of files */
	SetConsoleCtrlHandler(NULL, FALSE);
	if (!CreateProcessW(NULL, after(GetCommandLineW()), NULL, NULL, TRUE, 0, NULL, NULL, &start, &program))
		return 126;
	WaitForSingleObject(program.hProcess, INFINITE);
	GetExitCodeProcess(program.hProcess, &status);
	return status;
}
