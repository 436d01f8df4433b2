module inference/bench

go 1.21
