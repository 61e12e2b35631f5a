#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void cgpiod_copy(char *to, const char *from) {
    if (to) snprintf(to, CGPIOD_NAME_SIZE, "%s", from ? from : "");
}

int cgpiod_chip_open(unsigned number, struct gpiod_chip **chip) {
    char path[CGPIOD_NAME_SIZE], name[CGPIOD_NAME_SIZE];
    snprintf(path, sizeof path, "/dev/gpiochip%u", number);
    errno = 0;
    struct gpiod_chip *opened = gpiod_chip_open(path);
    if (!opened) return cgpiod_failure();
    int result = cgpiod_chip_name(opened, name) < 0 ? cgpiod_failure() : 0;
    // Another name means a link, to a chip that has a number of its own.
    if (result == 0 && strcmp(name, path + strlen("/dev/")) != 0) result = -ENOENT;
    if (result < 0) gpiod_chip_close(opened);
    else *chip = opened;
    return result;
}

void cgpiod_chip_close(struct gpiod_chip *chip) { gpiod_chip_close(chip); }

// The kernel drives an output from the request on, so the level that it is to keep is read before.
static int keep_level(struct cgpiod_line *line, struct cgpiod_request *request) {
    errno = 0;
    line->hold = cgpiod_take(line->chip, request, true);
    if (!line->hold) return cgpiod_failure();
    request->value = cgpiod_line_get(line);
    cgpiod_drop(line->hold);
    line->hold = NULL;
    return request->value < 0 ? request->value : 0;
}

int cgpiod_line_request(const struct cgpiod_request *request, struct cgpiod_line **line) {
    struct cgpiod_request asked = *request;
    struct cgpiod_line *result = calloc(1, sizeof *result);
    if (!result) return -ENOMEM;
    result->offset = asked.offset;
    int error = cgpiod_chip_open(asked.chip, &result->chip);
    if (error == 0 && asked.output && asked.value < 0) error = keep_level(result, &asked);
    if (error == 0) {
        errno = 0;
        result->hold = cgpiod_take(result->chip, &asked, false);
        if (!result->hold) error = cgpiod_failure();
    }
    if (error < 0) cgpiod_line_release(result);
    else *line = result;
    return error;
}

void cgpiod_line_release(struct cgpiod_line *line) {
    if (line->hold) cgpiod_drop(line->hold);
    if (line->chip) gpiod_chip_close(line->chip);
    free(line);
}

int cgpiod_line_descriptor(struct cgpiod_line *line) { return cgpiod_descriptor(line->hold); }

int cgpiod_line_next_edge(struct cgpiod_line *line, struct cgpiod_edge *edge) {
    errno = 0;
    int count = cgpiod_next_edge(line->hold, edge);
    return count < 0 ? cgpiod_failure() : count;
}

uint64_t cgpiod_clock(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
