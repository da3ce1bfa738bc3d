package io.understudy.ha.sim;
enum Mutation { NONE }
