// One end of a ping-pong over an MQTT broker on this machine, with Mosquitto's own library (Scripts/bench-peers).
//
//     mqtt-ping answer PORT KEY              answers whatever is asked, as it was asked; says once that it is ready
//     mqtt-ping ask PORT KEY QOS COUNT       asks that often, one after another; prints the nanoseconds of each
//
// KEY is a pre-shared key in hexadecimal, or "-" for a connection in the clear.
#include <mosquitto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { payload_size = 64, warm_up = 20 };

static struct mosquitto *client;
static char questions[32], answers[32];
static const char *incoming, *outgoing;
static bool is_ready, has_heard;
static int qos;

static void demand(int result, const char *what) {
    if (result == MOSQ_ERR_SUCCESS) return;
    fprintf(stderr, "mqtt-ping: %s: %s\n", what, mosquitto_strerror(result));
    exit(1);
}

static void connected(struct mosquitto *mosquitto, void *state, int code) {
    (void)state;
    if (code != 0) {
        fprintf(stderr, "mqtt-ping: %s\n", mosquitto_connack_string(code));
        exit(1);
    }
    demand(mosquitto_subscribe(mosquitto, NULL, incoming, 1), "subscribe");
}

static void subscribed(struct mosquitto *mosquitto, void *state, int message, int count, const int *granted) {
    (void)mosquitto, (void)state, (void)message, (void)count, (void)granted;
    is_ready = true;
}

static void received(struct mosquitto *mosquitto, void *state, const struct mosquitto_message *message) {
    (void)mosquitto, (void)state;
    qos = message->qos;
    has_heard = true;
}

static void wait_for(bool *happened) {
    while (!*happened) demand(mosquitto_loop(client, -1, 1), "loop");
    *happened = false;
}

// Not from inside the callback: what is published there waits for another turn of the loop.
static void say(void) {
    static const char payload[payload_size] = "payload";
    demand(mosquitto_publish(client, NULL, outgoing, payload_size, payload, qos, false), "publish");
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int count, char **words) {
    bool is_asking = count == 6 && strcmp(words[1], "ask") == 0;
    if (!is_asking && !(count == 4 && strcmp(words[1], "answer") == 0)) {
        fputs("usage: mqtt-ping answer PORT KEY | ask PORT KEY QOS COUNT\n", stderr);
        return 64;
    }
    int port = atoi(words[2]);
    snprintf(questions, sizeof questions, "questions/%d", port);
    snprintf(answers, sizeof answers, "answers/%d", port);
    incoming = is_asking ? answers : questions;
    outgoing = is_asking ? questions : answers;

    mosquitto_lib_init();
    client = mosquitto_new(NULL, true, NULL);
    if (!client) return 71;
    mosquitto_connect_callback_set(client, connected);
    mosquitto_subscribe_callback_set(client, subscribed);
    mosquitto_message_callback_set(client, received);
    demand(mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1), "option");
    if (strcmp(words[3], "-") != 0) demand(mosquitto_tls_psk_set(client, words[3], "peers", NULL), "key");
    demand(mosquitto_connect(client, "127.0.0.1", port, 60), "connect");
    wait_for(&is_ready);

    if (!is_asking) {
        puts("ready");
        fflush(stdout);
        for (;;) {
            wait_for(&has_heard);
            say();
        }
    }
    qos = atoi(words[4]);
    int trips = atoi(words[5]);
    for (int trip = -warm_up; trip < trips; trip++) {
        long long start = now();
        say();
        wait_for(&has_heard);
        if (trip >= 0) printf("%lld\n", now() - start);
    }
    mosquitto_disconnect(client);
    return 0;
}
