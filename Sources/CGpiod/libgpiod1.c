#include "internal.h"

#if CGPIOD_LIBRARY == 1

int cgpiod_chip_name(struct gpiod_chip *chip, char name[CGPIOD_NAME_SIZE]) {
    cgpiod_copy(name, gpiod_chip_name(chip));
    return 0;
}

void cgpiod_chip_label(struct gpiod_chip *chip, char label[CGPIOD_NAME_SIZE]) {
    cgpiod_copy(label, gpiod_chip_label(chip));
}

unsigned cgpiod_chip_lines(struct gpiod_chip *chip) { return gpiod_chip_num_lines(chip); }

int cgpiod_chip_line(struct gpiod_chip *chip, unsigned offset, char *name, char *consumer) {
    struct gpiod_line *line = gpiod_chip_get_line(chip, offset);
    if (!line) return cgpiod_failure();
    cgpiod_copy(name, gpiod_line_name(line));
    cgpiod_copy(consumer, gpiod_line_consumer(line));
    return 0;
}

bool cgpiod_debounces(void) { return false; }

static int type(const struct cgpiod_request *request) {
    if (request->output) return GPIOD_LINE_REQUEST_DIRECTION_OUTPUT;
    return request->edges ? GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES : GPIOD_LINE_REQUEST_DIRECTION_INPUT;
}

static int bias(const struct cgpiod_request *request) {
    switch (request->bias) {
    case CGPIOD_AS_IS: break;
    case CGPIOD_DISABLE: return GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    case CGPIOD_PULL_UP: return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    case CGPIOD_PULL_DOWN: return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    }
    return 0;
}

cgpiod_hold *cgpiod_take(struct gpiod_chip *chip, const struct cgpiod_request *request, bool as_is) {
    struct gpiod_line_request_config config = {
        .consumer = CGPIOD_CONSUMER,
        .request_type = as_is ? GPIOD_LINE_REQUEST_DIRECTION_AS_IS : type(request),
        .flags = (request->active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0) | (as_is ? 0 : bias(request)),
    };
    struct gpiod_line *line = gpiod_chip_get_line(chip, request->offset);
    return line && gpiod_line_request(line, &config, request->value > 0) == 0 ? line : NULL;
}

int cgpiod_line_get(struct cgpiod_line *line) {
    errno = 0;
    int value = gpiod_line_get_value(line->hold);
    return value < 0 ? cgpiod_failure() : value;
}

int cgpiod_line_set(struct cgpiod_line *line, int value) {
    errno = 0;
    return gpiod_line_set_value(line->hold, value) < 0 ? cgpiod_failure() : 0;
}

int cgpiod_descriptor(cgpiod_hold *hold) { return gpiod_line_event_get_fd(hold); }

int cgpiod_next_edge(cgpiod_hold *hold, struct cgpiod_edge *edge) {
    const struct timespec at_once = {0, 0};
    struct gpiod_line_event event;
    int ready = gpiod_line_event_wait(hold, &at_once);
    if (ready <= 0) return ready;
    if (gpiod_line_event_read(hold, &event) < 0) return -1;
    edge->nanoseconds = (uint64_t)event.ts.tv_sec * 1000000000u + (uint64_t)event.ts.tv_nsec;
    edge->active = event.event_type == GPIOD_LINE_EVENT_RISING_EDGE;
    return 1;
}

void cgpiod_drop(cgpiod_hold *hold) { gpiod_line_release(hold); }

#endif
