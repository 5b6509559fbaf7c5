-- The car service's tables with one car. The database must exist.
CREATE TABLE producer (
  producer_id INT PRIMARY KEY,
  producer_name VARCHAR(100) NOT NULL,
  country VARCHAR(100),
  count_of_cars INT NOT NULL DEFAULT 0
);

CREATE TABLE car (
  car_id INT PRIMARY KEY,
  car_name VARCHAR(100) NOT NULL,
  date_of_creation DATE NOT NULL,
  producer_id INT NOT NULL,
  picture MEDIUMBLOB,
  FOREIGN KEY (producer_id) REFERENCES producer (producer_id)
);

INSERT INTO producer (producer_id, producer_name) VALUES (1, 'toyota');
INSERT INTO car (car_id, car_name, date_of_creation, producer_id) VALUES (1, 'Cruiser', '2015-10-14', 1);
