/* SPDX-License-Identifier: Apache-2.0 */
/* Asks at addresses who is there, many at once.  Unlike the prober (prober.h), which knows whom it
 * speaks to, it reads the name that a server says. */
#pragma once

#include "lab/world.h"

enum lab_answer {
	LAB_SILENCE,
	LAB_REFUSAL, /* a reset, or an ICMP error */
	LAB_NAME,
};

struct lab_question {
	const struct lab_pod *from; /* a pod, or the world at: */
	struct ward_ip outside;
	struct ward_ip ip;
	uint16_t port;
	enum ward_proto proto;	   /* not OTHER */
	bool is_awaited;	   /* silence is believed later */
	uint32_t tag;		   /* the asker's caller's */
	enum lab_answer answer;	   /* the result */
	const struct lab_pod *who; /* NAME: who said it; NULL: nobody of that name is in the lab */
};

struct lab_asker;

typedef void (*lab_asked_fn)(void *userdata);

/* Asks @questions (not owned; they and their pods stay until done) and calls @fn when each has its
 * answer, never within this call.  NULL when there are too many open files to begin. */
struct lab_asker *lab_asker_start(struct lab *lab, struct lab_question *questions, uint32_t n,
				  lab_asked_fn fn, void *userdata);

/* Ends it early; @fn is not called. */
void lab_asker_cancel(struct lab_asker *asker);
