#include "internal.h"

#if CGPIOD_LIBRARY == 2

int cgpiod_chip_name(struct gpiod_chip *chip, char name[CGPIOD_NAME_SIZE]) {
    struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
    if (!info) return -1;
    cgpiod_copy(name, gpiod_chip_info_get_name(info));
    gpiod_chip_info_free(info);
    return 0;
}

void cgpiod_chip_label(struct gpiod_chip *chip, char label[CGPIOD_NAME_SIZE]) {
    struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
    cgpiod_copy(label, info ? gpiod_chip_info_get_label(info) : NULL);
    if (info) gpiod_chip_info_free(info);
}

unsigned cgpiod_chip_lines(struct gpiod_chip *chip) {
    struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
    if (!info) return 0;
    size_t lines = gpiod_chip_info_get_num_lines(info);
    gpiod_chip_info_free(info);
    return (unsigned)lines;
}

int cgpiod_chip_line(struct gpiod_chip *chip, unsigned offset, char *name, char *consumer) {
    struct gpiod_line_info *info = gpiod_chip_get_line_info(chip, offset);
    if (!info) return cgpiod_failure();
    cgpiod_copy(name, gpiod_line_info_get_name(info));
    cgpiod_copy(consumer, gpiod_line_info_get_consumer(info));
    gpiod_line_info_free(info);
    return 0;
}

bool cgpiod_debounces(void) { return true; }

static enum gpiod_line_bias bias(const struct cgpiod_request *request) {
    switch (request->bias) {
    case CGPIOD_AS_IS: break;
    case CGPIOD_DISABLE: return GPIOD_LINE_BIAS_DISABLED;
    case CGPIOD_PULL_UP: return GPIOD_LINE_BIAS_PULL_UP;
    case CGPIOD_PULL_DOWN: return GPIOD_LINE_BIAS_PULL_DOWN;
    }
    return GPIOD_LINE_BIAS_AS_IS;
}

static int describe(struct gpiod_line_settings *settings, const struct cgpiod_request *request) {
    if (gpiod_line_settings_set_bias(settings, bias(request)) < 0) return -1;
    if (request->output) {
        enum gpiod_line_value value = request->value > 0 ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
        return gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT) < 0
                   ? -1
                   : gpiod_line_settings_set_output_value(settings, value);
    }
    gpiod_line_settings_set_debounce_period_us(settings, request->debounce_us);
    enum gpiod_line_edge edges = request->edges ? GPIOD_LINE_EDGE_BOTH : GPIOD_LINE_EDGE_NONE;
    return gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT) < 0
               ? -1
               : gpiod_line_settings_set_edge_detection(settings, edges);
}

cgpiod_hold *cgpiod_take(struct gpiod_chip *chip, const struct cgpiod_request *request, bool as_is) {
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *config = gpiod_request_config_new();
    cgpiod_hold *hold = NULL;
    if (settings && lines && config) {
        gpiod_request_config_set_consumer(config, CGPIOD_CONSUMER);
        gpiod_line_settings_set_active_low(settings, request->active_low);
        if ((as_is || describe(settings, request) == 0) &&
            gpiod_line_config_add_line_settings(lines, &request->offset, 1, settings) == 0) {
            hold = gpiod_chip_request_lines(chip, config, lines);
        }
    }
    int error = errno;
    if (config) gpiod_request_config_free(config);
    if (lines) gpiod_line_config_free(lines);
    if (settings) gpiod_line_settings_free(settings);
    errno = error;
    return hold;
}

int cgpiod_line_get(struct cgpiod_line *line) {
    errno = 0;
    int value = gpiod_line_request_get_value(line->hold, line->offset);
    return value < 0 ? cgpiod_failure() : value;
}

int cgpiod_line_set(struct cgpiod_line *line, int value) {
    errno = 0;
    enum gpiod_line_value level = value ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return gpiod_line_request_set_value(line->hold, line->offset, level) < 0 ? cgpiod_failure() : 0;
}

int cgpiod_descriptor(cgpiod_hold *hold) { return gpiod_line_request_get_fd(hold); }

int cgpiod_next_edge(cgpiod_hold *hold, struct cgpiod_edge *edge) {
    int ready = gpiod_line_request_wait_edge_events(hold, 0);
    if (ready <= 0) return ready;
    struct gpiod_edge_event_buffer *buffer = gpiod_edge_event_buffer_new(1);
    if (!buffer) return -1;
    int count = gpiod_line_request_read_edge_events(hold, buffer, 1);
    if (count > 0) {
        struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(buffer, 0); // the buffer's own
        edge->nanoseconds = gpiod_edge_event_get_timestamp_ns(event);
        edge->active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE;
    }
    gpiod_edge_event_buffer_free(buffer);
    return count;
}

void cgpiod_drop(cgpiod_hold *hold) { gpiod_line_request_release(hold); }

#endif
