/* What Wine 8 lacks of bcryptprimitives.dll and every Go program asks for: random bytes. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
	while (length > 0) {
		ULONG n = length > 0x10000000 ? 0x10000000 : (ULONG)length;
		if (!RtlGenRandom(data, n))
			return FALSE;
		data += n;
		length -= n;
	}
	return TRUE;
}
