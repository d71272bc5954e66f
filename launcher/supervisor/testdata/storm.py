# What storm.c does, in Python.
import ctypes, errno, os, signal, sys

calls, nr = int(sys.argv[1]), int(sys.argv[2])
signals = 0

def count(number, frame):
    global signals
    signals += 1

signal.signal(signal.SIGUSR1, count)
signal.siginterrupt(signal.SIGUSR1, False)  # SA_RESTART, as C programs have it
print(os.getpid(), flush=True)
syscall = ctypes.CDLL(None, use_errno=True).syscall
right = interrupted = 0
for i in range(calls):
    result = syscall(nr, 0, i)
    error = ctypes.get_errno()
    if result == -1 and error == 100 + (i & 31):
        right += 1
    elif result == -1 and error == errno.EINTR:
        interrupted += 1
signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # Python resets handlers when it ends
print(right, interrupted, signals)
