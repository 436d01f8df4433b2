// Everything of a step but the products with weights.
#include "attention.cuh"
#include "norm.cuh"
#include "rotary.cuh"
#include "sampling.cuh"
