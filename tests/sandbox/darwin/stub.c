/* What paragen calls of macOS's C library, with the same signatures, for Linux: it confines
   nothing, but shows whether the calls are made as they must be. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rusage_info_v4 { uint8_t uuid[16]; uint64_t value[35]; };
enum { USER = 0, SYSTEM = 1, FOOTPRINT = 7, STARTED = 8, LARGEST = 28 };
enum { TICKS_PER_S = 24000000 };

int sandbox_init(const char *profile, uint64_t flags, char **error) {
    if (flags == 0 && strncmp(profile, "(version 1)\n(deny default", 25) == 0) return 0;
    *error = strdup("line 1: not a profile");
    return -1;
}

void sandbox_free_error(char *error) { free(error); }

int sandbox_check(int pid, const char *operation, int type, ...) {
    return pid == getpid() && operation == NULL && type == 0 ? 0 : 1;
}

int proc_pid_rusage(int pid, int flavor, void *buffer) {
    struct rusage_info_v4 *info = buffer;
    char path[64], text[1024], state;
    unsigned long user, system, started, resident, size;
    FILE *file;
    if (flavor != 4) return -1;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (!(file = fopen(path, "r"))) return -1;
    size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = 0;
    if (sscanf(strrchr(text, ')') + 2,
               "%c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu %*s %*s %*s %*s %*s %*s %lu"
               " %*s %lu", &state, &user, &system, &started, &resident) != 5 || state == 'Z')
        return -1;
    memset(info, 0, sizeof *info);
    info->value[USER] = user * (TICKS_PER_S / sysconf(_SC_CLK_TCK));
    info->value[SYSTEM] = system * (TICKS_PER_S / sysconf(_SC_CLK_TCK));
    info->value[FOOTPRINT] = info->value[LARGEST] = resident * sysconf(_SC_PAGESIZE);
    info->value[STARTED] = started;
    return 0;
}

int sysctlbyname(const char *name, void *old, size_t *size, void *new, size_t new_size) {
    if (strcmp(name, "hw.tbfrequency") || *size != 8 || new || new_size) return -1;
    *(uint64_t *)old = TICKS_PER_S;
    return 0;
}

int mach_timebase_info(uint32_t *base) {
    base[0] = 125;
    base[1] = 3;
    return 0;
}
